import type { ApiKeyRecord, ApiKeyStore } from "./api-key.ts";

/**
 * How long what was read of a key counts, from the beginning of the read. Revocation is this and
 * nothing else: whoever revokes a key is answered after that long, and then no process of any pod
 * takes it, whether or not messages between them arrive, since all of them have had to read it again.
 */
export const LEASE_MS = 1_000;

/** A revocation is told as done after this: the lease, and what timers and clocks may differ. */
export const REVOKED_AFTER_MS = LEASE_MS + 100;

/** A key in use is read again from this age on, beside the requests that use it. */
const REFRESH_FROM_MS = LEASE_MS / 2;

const MOST_KEPT = 10_000;

interface Kept {
  readonly record: ApiKeyRecord;
  /** When the read began, by the monotonic clock. */
  readonly readAtMs: number;
}

interface Reading {
  readonly keyIds: Set<string>;
  readonly found: Promise<ReadonlyMap<string, ApiKeyRecord>>;
}

/** API keys as a process knows them: one statement reads all that are asked for in the same turn. */
export class ApiKeyDirectory {
  readonly #store: Pick<ApiKeyStore, "find">;
  readonly #monotonicMs: () => number;
  readonly #kept = new Map<string, Kept>();
  readonly #refreshing = new Set<string>();
  #gathering: Reading | null = null;

  constructor(store: Pick<ApiKeyStore, "find">, monotonicMs: () => number = () => performance.now()) {
    this.#store = store;
    this.#monotonicMs = monotonicMs;
  }

  /** The key, no older than its lease, or null where there is none. Rejects with UnavailableError where that cannot be told. */
  async key(keyId: string): Promise<ApiKeyRecord | null> {
    const kept = this.#kept.get(keyId);
    if (kept === undefined) return this.#read(keyId);
    const ageMs = this.#monotonicMs() - kept.readAtMs;
    if (ageMs >= LEASE_MS) return this.#read(keyId);
    if (ageMs >= REFRESH_FROM_MS && !this.#refreshing.has(keyId)) this.#refresh(keyId);
    return kept.record;
  }

  #refresh(keyId: string): void {
    this.#refreshing.add(keyId);
    // A refresh that fails is one that the end of the lease makes again, for somebody who waits for it.
    const done = () => void this.#refreshing.delete(keyId);
    this.#read(keyId).then(done, done);
  }

  async #read(keyId: string): Promise<ApiKeyRecord | null> {
    this.#gathering ??= this.#gather();
    this.#gathering.keyIds.add(keyId);
    return (await this.#gathering.found).get(keyId) ?? null;
  }

  #gather(): Reading {
    const keyIds = new Set<string>();
    const found = Promise.resolve().then(async () => {
      this.#gathering = null;
      const readAtMs = this.#monotonicMs();
      const records = await this.#store.find([...keyIds]);
      for (const keyId of keyIds) this.#kept.delete(keyId);
      for (const record of records) this.#keep({ record, readAtMs });
      return new Map(records.map((record) => [record.keyId, record]));
    });
    return { keyIds, found };
  }

  #keep(kept: Kept): void {
    if (this.#kept.size >= MOST_KEPT) this.#kept.delete(this.#kept.keys().next().value ?? "");
    this.#kept.set(kept.record.keyId, kept);
  }
}
