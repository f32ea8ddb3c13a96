import type { Scope } from "./principal.ts";

/** How an API key signs. Ed25519 (RFC 8032) is the better one: nothing kept here could sign in its owner's name. */
export const API_KEY_KINDS = ["ED25519", "HMAC_SHA256"] as const;
export type ApiKeyKind = (typeof API_KEY_KINDS)[number];

/** An API key on record. Times in milliseconds since 1970. */
export interface ApiKeyRecord {
  readonly keyId: string;
  readonly userId: string;
  readonly name: string;
  readonly kind: ApiKeyKind;
  /** Ed25519: the public key, 32 bytes. HMAC: the secret, encrypted (`SecretBox`). */
  readonly material: Uint8Array;
  readonly scopes: readonly Scope[];
  /** Addresses and networks from which it counts; empty: any. */
  readonly addresses: readonly string[];
  readonly createdAtMs: number;
  readonly expiresAtMs: number | null;
  readonly revokedAtMs: number | null;
}

/** Keys on record, in PostgreSQL. Faults are UnavailableErrors. */
export interface ApiKeyStore {
  /** Those of the ids that there are, in any order. */
  find(keyIds: readonly string[]): Promise<readonly ApiKeyRecord[]>;
  /** False where the user has `mostPerUser` live keys already. */
  add(key: ApiKeyRecord, mostPerUser: number): Promise<boolean>;
  /** A user's keys that are not revoked, newest first. */
  ofUser(userId: string): Promise<readonly ApiKeyRecord[]>;
  /** Revokes a user's key for ever; again does nothing. */
  revoke(keyId: string): Promise<void>;
}
