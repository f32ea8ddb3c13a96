import type { Clock } from "../engine/ports.ts";
import type { ApiReads, ListedSymbol } from "./ports.ts";

/** How old the copy may be when it is asked. */
const REFRESH_AFTER_MS = 1_000;

/**
 * The pairs, copied from the records about once a second. While the records cannot be reached the
 * last copy serves; without one the caller gets the adapter's UnavailableError. Loads that fail beside a
 * copy are told by whoever gave the reads (`FaultLog`): nothing is done about them here.
 */
export class SymbolDirectory {
  readonly #reads: Pick<ApiReads, "listSymbols">;
  readonly #clock: Clock;
  #byName: ReadonlyMap<string, ListedSymbol> = new Map();
  #byNumber: ReadonlyMap<number, ListedSymbol> = new Map();
  #loadedAtMs = Number.NEGATIVE_INFINITY;
  #loading: Promise<void> | null = null;
  /** The load that begins when the one on its way is over. */
  #next: Promise<void> | null = null;

  constructor(reads: Pick<ApiReads, "listSymbols">, clock: Clock) {
    this.#reads = reads;
    this.#clock = clock;
  }

  /** Every pair, by name. */
  async all(): Promise<readonly ListedSymbol[]> {
    await this.#fresh();
    return [...this.#byName.values()];
  }

  /** `BTC/USDT` → the pair, or undefined. */
  async named(name: string): Promise<ListedSymbol | undefined> {
    await this.#fresh();
    if (!this.#byName.has(name)) await this.refresh().catch(() => undefined);
    return this.#byName.get(name);
  }

  async numbered(symbol: number): Promise<ListedSymbol | undefined> {
    await this.#fresh();
    if (!this.#byNumber.has(symbol)) await this.refresh().catch(() => undefined);
    return this.#byNumber.get(symbol);
  }

  /**
   * Reads them again, in a load that begins after this call: what was committed before it is in there,
   * a pair made through another process a moment ago, say. Those who ask meanwhile share it, so that
   * names nobody knows cost the records one query at a time.
   */
  refresh(): Promise<void> {
    this.#next ??= this.#afterThisOne();
    return this.#next;
  }

  async #afterThisOne(): Promise<void> {
    await this.#loading?.catch(() => undefined);
    this.#next = null;
    await this.#load();
  }

  /** Waits only where there is no copy at all. */
  async #fresh(): Promise<void> {
    const ageMs = this.#clock.nowMs() - this.#loadedAtMs;
    if (ageMs <= REFRESH_AFTER_MS) return;
    const loading = this.#load();
    if (ageMs === Number.POSITIVE_INFINITY) await loading;
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
