import type { Principal } from "../auth/principal.ts";
import { ProblemError } from "../problem.ts";
import type { Rate, RateCounter, Taken, Taking } from "./rates.ts";

/** What is counted apart. */
export type RateClass = "orders" | "cancels" | "reads";

/** Null: no limit. */
export type RateSettings = Readonly<Record<RateClass | "address", Rate | null>>;

/** An address that was refused is refused without asking, for no longer than this at a time. */
const LONGEST_KNOWN_REFUSAL_MS = 1_000;
const MOST_REFUSED = 10_000;

/** The fields of an answer that tell its caller how much they have left (draft-ietf-httpapi-ratelimit-headers-07). */
export type RateHeaders = Readonly<Record<string, string>>;

/** Who may ask how often: by API key or user, and by address. */
export class Limits {
  readonly #settings: RateSettings;
  readonly #counter: RateCounter;
  readonly #monotonicMs: () => number;
  /** Addresses, and until when they are refused. */
  readonly #refused = new Map<string, number>();

  constructor(
    settings: RateSettings,
    counter: RateCounter,
    monotonicMs: () => number = () => performance.now(),
  ) {
    this.#settings = settings;
    this.#counter = counter;
    this.#monotonicMs = monotonicMs;
  }

  /**
   * Refuses an address that was refused a moment ago, before anything is spent on it (a signature, a
   * read). Throws RATE_LIMITED.
   */
  refuseKnown(address: string): void {
    const untilMs = this.#refused.get(address);
    if (untilMs === undefined) return;
    const nowMs = this.#monotonicMs();
    if (nowMs < untilMs) throw tooMany("address", untilMs - nowMs);
    this.#refused.delete(address);
  }

  /**
   * Counts one request of an address, and `cost` of its caller's class. Throws RATE_LIMITED.
   * @param caller null: nobody, only the address counts
   * @returns headers for the answer; none where nothing is limited
   */
  async admit(
    address: string,
    caller: Principal | null,
    kind: RateClass,
    cost: number,
  ): Promise<RateHeaders> {
    const takings: Taking[] = [];
    const { address: ofAddress } = this.#settings;
    const ofCaller = caller === null || cost === 0 ? null : this.#settings[kind];
    if (ofAddress !== null && address !== "")
      takings.push({ key: `address:${address}`, cost: 1, ...ofAddress });
    if (ofCaller !== null) takings.push({ key: `${kind}:${nameOf(caller)}`, cost, ...ofCaller });
    if (takings.length === 0) return {};
    const taken = await this.#counter.take(takings);
    const last = taken.at(-1) as Taken;
    const [first] = taken;
    if (takings[0]?.key.startsWith("address:") === true && first?.allowed === false) {
      this.#remember(address, first.retryAfterMs);
      throw tooMany("address", first.retryAfterMs, headersOf("address", takings[0], first));
    }
    const taking = takings.at(-1) as Taking;
    const headers = headersOf(ofCaller === null ? "address" : kind, taking, last);
    if (!last.allowed) throw tooMany(kind, last.retryAfterMs, headers);
    return headers;
  }

  /** Counts what only the request's body tells: a batch's orders and cancels. Throws RATE_LIMITED. */
  async charge(caller: Principal, costs: Readonly<Partial<Record<RateClass, number>>>): Promise<RateHeaders> {
    const kinds = (Object.entries(costs) as [RateClass, number][]).filter(
      ([kind, cost]) => cost > 0 && this.#settings[kind] !== null,
    );
    const takings = kinds.map(([kind, cost]) => {
      return { key: `${kind}:${nameOf(caller)}`, cost, ...(this.#settings[kind] as Rate) };
    });
    if (takings.length === 0) return {};
    const taken = await this.#counter.take(takings);
    const refusedAt = taken.findIndex(({ allowed }) => !allowed);
    const at = Math.max(refusedAt, 0);
    const kind = kinds[at]?.[0] as RateClass;
    const headers = headersOf(kind, takings[at] as Taking, taken[at] as Taken);
    if (refusedAt !== -1) throw tooMany(kind, taken[at]?.retryAfterMs ?? 0, headers);
    return headers;
  }

  #remember(address: string, retryAfterMs: number): void {
    if (this.#refused.size >= MOST_REFUSED) this.#refused.clear();
    const forMs = Math.min(retryAfterMs, LONGEST_KNOWN_REFUSAL_MS);
    this.#refused.set(address, this.#monotonicMs() + forMs);
  }
}

/** A key is counted for itself, a token's bearer as a user. */
function nameOf(caller: Principal | null): string {
  return caller?.keyId === null ? `user:${caller.userId}` : `key:${caller?.keyId}`;
}

function headersOf(kind: RateClass | "address", { count, periodMs }: Rate, taken: Taken): RateHeaders {
  return {
    "ratelimit-limit": String(count),
    "ratelimit-remaining": String(taken.remaining),
    "ratelimit-reset": String(Math.ceil(taken.resetMs / 1_000)),
    "ratelimit-policy": `${count};w=${Math.ceil(periodMs / 1_000)};comment="${kind}"`,
  };
}

const WORDS: Readonly<Record<RateClass | "address", string>> = {
  orders: "orders and amends of this caller",
  cancels: "cancels of this caller",
  reads: "reads of this caller",
  address: "requests from this address",
};

function tooMany(kind: RateClass | "address", retryAfterMs: number, headers: RateHeaders = {}): ProblemError {
  const retryAfter = { "retry-after": String(Math.max(1, Math.ceil(retryAfterMs / 1_000))) };
  return new ProblemError(
    "RATE_LIMITED",
    { detail: `too many ${WORDS[kind]}` },
    { ...headers, ...retryAfter },
  );
}
