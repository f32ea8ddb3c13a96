import type { Clock } from "../engine/ports.ts";
import type { ApiReads, ListedSymbol } from "./ports.ts";

/** How old the copy may be when it is asked. */
const REFRESH_AFTER_MS = 1_000;
/** Names that are not there are asked for no more often than this. */
const MISS_REFRESH_AFTER_MS = 100;

/**
 * The pairs, copied from the records about once a second. While the records cannot be reached the
 * last copy serves; without one the caller gets the adapter's UnavailableError.
 */
export class SymbolDirectory {
  readonly #reads: ApiReads;
  readonly #clock: Clock;
  #byName: ReadonlyMap<string, ListedSymbol> = new Map();
  #byNumber: ReadonlyMap<number, ListedSymbol> = new Map();
  #loadedAtMs = Number.NEGATIVE_INFINITY;
  #loading: Promise<void> | null = null;

  constructor(reads: ApiReads, clock: Clock) {
    this.#reads = reads;
    this.#clock = clock;
  }

  /** Every pair, by name. */
  async all(): Promise<readonly ListedSymbol[]> {
    await this.#fresh(REFRESH_AFTER_MS);
    return [...this.#byName.values()];
  }

  /** `BTC/USDT` → the pair, or undefined. */
  async named(name: string): Promise<ListedSymbol | undefined> {
    await this.#fresh(REFRESH_AFTER_MS);
    if (!this.#byName.has(name)) await this.#fresh(MISS_REFRESH_AFTER_MS);
    return this.#byName.get(name);
  }

  async numbered(symbol: number): Promise<ListedSymbol | undefined> {
    await this.#fresh(REFRESH_AFTER_MS);
    if (!this.#byNumber.has(symbol)) await this.#fresh(MISS_REFRESH_AFTER_MS);
    return this.#byNumber.get(symbol);
  }

  /** Reads them again now: somebody has just changed one. */
  async refresh(): Promise<void> {
    await this.#loading?.catch(() => undefined);
    await this.#load();
  }

  /** True when there is a copy, or one can be had. */
  async #fresh(maxAgeMs: number): Promise<void> {
    const ageMs = this.#clock.nowMs() - this.#loadedAtMs;
    if (ageMs <= maxAgeMs) return;
    const loading = this.#load();
    if (ageMs === Number.POSITIVE_INFINITY) await loading;
    else if (maxAgeMs === MISS_REFRESH_AFTER_MS) await loading.catch(() => undefined);
    else loading.catch(() => undefined);
  }

  #load(): Promise<void> {
    this.#loading ??= this.#read().finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  async #read(): Promise<void> {
    const symbols = await this.#reads.listSymbols();
    const sorted = [...symbols].sort((one, other) => (one.spec.name < other.spec.name ? -1 : 1));
    this.#byName = new Map(sorted.map((listed) => [listed.spec.name, listed]));
    this.#byNumber = new Map(sorted.map((listed) => [listed.spec.symbol, listed]));
    this.#loadedAtMs = this.#clock.nowMs();
  }
}
