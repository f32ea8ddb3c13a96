import type { ApiPool } from "./api-pool.ts";
import { ADD_KEY, type ApiKeyRow, KEYS_BY_ID, KEYS_OF_USER, REVOKE_KEY } from "./queries/api-keys.ts";

/** An API key on record. Times in milliseconds since 1970. */
export interface StoredApiKey {
  readonly keyId: string;
  readonly userId: string;
  readonly name: string;
  readonly kind: "ED25519" | "HMAC_SHA256";
  /** A public key, or an encrypted secret. */
  readonly material: Uint8Array;
  readonly scopes: readonly ("read" | "trade" | "admin")[];
  readonly addresses: readonly string[];
  readonly createdAtMs: number;
  readonly expiresAtMs: number | null;
  readonly revokedAtMs: number | null;
}

/** More than a user may have live ones: those that are over still stand there. */
const MOST_LISTED = 1_000;

/** API keys in PostgreSQL. Faults are UnavailableErrors. */
export class PostgresApiKeyStore {
  readonly #pool: ApiPool;

  constructor(pool: ApiPool) {
    this.#pool = pool;
  }

  /** Those of the ids that there are, in any order. */
  async find(keyIds: readonly string[]): Promise<readonly StoredApiKey[]> {
    const rows = await this.#pool.read<ApiKeyRow>(KEYS_BY_ID, [`{${keyIds.join(",")}}`]);
    return rows.map(toKey);
  }

  /** False where the user has `mostPerUser` live keys already. */
  async add(key: StoredApiKey, mostPerUser: number): Promise<boolean> {
    const rows = await this.#pool.write(ADD_KEY, [
      key.keyId,
      key.userId,
      key.name,
      key.kind,
      key.material,
      `{${key.scopes.join(",")}}`,
      `{${key.addresses.map((address) => `"${address}"`).join(",")}}`,
      key.createdAtMs,
      key.expiresAtMs,
      mostPerUser,
    ]);
    return rows.length === 1;
  }

  /** A user's keys that are not revoked, newest first. */
  async ofUser(userId: string): Promise<readonly StoredApiKey[]> {
    return (await this.#pool.read<ApiKeyRow>(KEYS_OF_USER, [userId, MOST_LISTED])).map(toKey);
  }

  /** Revokes a key for ever; again does nothing. */
  async revoke(keyId: string): Promise<void> {
    await this.#pool.read(REVOKE_KEY, [keyId]);
  }
}

function toKey(row: ApiKeyRow): StoredApiKey {
  return {
    keyId: row.key_id,
    userId: row.user_id,
    name: row.name,
    kind: row.kind,
    material: row.material,
    scopes: JSON.parse(row.scopes) as StoredApiKey["scopes"],
    addresses: JSON.parse(row.addresses) as string[],
    createdAtMs: row.created_at.getTime(),
    expiresAtMs: row.expires_at?.getTime() ?? null,
    revokedAtMs: row.revoked_at?.getTime() ?? null,
  };
}
