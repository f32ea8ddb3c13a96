import type { ApiPool } from "./api-pool.ts";
import { ANSWER_KEY, CLAIM_KEY, type ClaimRow, PURGE_KEYS, RELEASE_KEY } from "./queries/idempotency-keys.ts";

/** Who sent what under an `Idempotency-Key`. */
export interface KeyClaim {
  readonly userId: string;
  readonly route: string;
  readonly key: string;
  /** SHA-256 of the body, 32 bytes. */
  readonly bodyHash: Uint8Array;
  readonly commandId: string;
}

export type KeyState =
  | { readonly state: "won" }
  | { readonly state: "answered"; readonly status: number; readonly body: string }
  | { readonly state: "mismatch" }
  | { readonly state: "in-flight" }
  | { readonly state: "resend"; readonly commandId: string };

/**
 * How long a request with a key in flight is told so (409). Then it is taken for dead, as after a kill of its
 * process, and the next one sends the same command again, under the same id. Should the first one live after
 * all, the engine knows the second copy of the command, and both get the one outcome: so this need be no longer
 * than what answers usually take.
 */
const DEFAULT_LEASE_MS = 3_000;
const PURGE_ROWS = 5_000;

/** Idempotency keys in PostgreSQL, kept 24 hours. Faults are UnavailableErrors. */
export class PostgresIdempotencyStore {
  readonly #pool: ApiPool;
  readonly #leaseMs: number;

  constructor(pool: ApiPool, leaseMs: number = DEFAULT_LEASE_MS) {
    this.#pool = pool;
    this.#leaseMs = leaseMs;
  }

  /** One winner, by insertion. A row without an answer can be taken over when its lease is over. */
  async claim({ userId, route, key, bodyHash, commandId }: KeyClaim): Promise<KeyState> {
    const parameters = [userId, route, key, bodyHash, commandId, this.#leaseMs];
    const [row] = await this.#pool.write<ClaimRow>(CLAIM_KEY, parameters);
    switch (row?.state) {
      case "answered":
        return { state: "answered", status: row.response_status ?? 0, body: row.response_body ?? "" };
      case "resend":
        return { state: "resend", commandId: row.command_id };
      case "won":
      case "mismatch":
        return { state: row.state };
      default:
        return { state: "in-flight" };
    }
  }

  /** Keeps the answer for every later request with the key; the first one stays. */
  async answer({ userId, route, key }: KeyClaim, status: number, body: string): Promise<void> {
    await this.#pool.read(ANSWER_KEY, [userId, route, key, status, body]);
  }

  /** Ends the lease without an answer: the next request with the key sends again. */
  async release({ userId, route, key }: KeyClaim): Promise<void> {
    await this.#pool.read(RELEASE_KEY, [userId, route, key]);
  }

  /** Removes keys older than 24 hours, some thousands at most; for a timer. Returns whether there may be more. */
  async purge(): Promise<boolean> {
    const removed = await this.#pool.read(`${PURGE_KEYS} returning 1`, [PURGE_ROWS]);
    return removed.length === PURGE_ROWS;
  }
}
