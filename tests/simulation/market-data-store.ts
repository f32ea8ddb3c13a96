import {
  type BookLevel,
  type BookUpdate,
  FencedError,
  type MarketDataWriter,
  UnavailableError,
} from "../../engine/ports.ts";
import { bookText } from "./book-text.ts";
import type { Checks } from "./checks.ts";
import type { Environment } from "./environment.ts";
import type { Link } from "./link.ts";
import type { SimProcess } from "./process.ts";

interface Copy {
  epoch: number;
  sequence: number;
  bids: Map<number, BookLevel>;
  asks: Map<number, BookLevel>;
}

/** What Redis keeps of the books, by the rules of its script (`infra/redis/apply-book-update.ts`). */
export class SimMarketData {
  readonly copies = new Map<number, Copy>();
  onUpdate: (update: BookUpdate) => void = () => undefined;
  readonly #checks: Checks;

  constructor(checks: Checks) {
    this.#checks = checks;
  }

  /** True where the copy did not continue. */
  apply(update: BookUpdate): boolean {
    this.#checks.bookTold(update);
    this.onUpdate(update);
    const copy = this.copies.get(update.symbol);
    if (copy !== undefined && update.epoch < copy.epoch) throw new FencedError("a newer epoch writes");
    if (copy !== undefined) copy.epoch = update.epoch;
    if (update.full) {
      if (copy !== undefined && update.sequence < copy.sequence) return false;
    } else {
      if (copy !== undefined && update.sequence <= copy.sequence) return false;
      if (copy === undefined || copy.sequence !== update.previousSequence) return true;
    }
    const next: Copy = {
      epoch: update.epoch,
      sequence: update.sequence,
      bids: levels(update.full ? undefined : copy?.bids, update.bids),
      asks: levels(update.full ? undefined : copy?.asks, update.asks),
    };
    this.copies.set(update.symbol, next);
    this.#checks.bookKept(update.symbol, next.sequence, textOf(next));
    return false;
  }

  empty(): void {
    this.copies.clear();
  }

  text(symbol: number): string | null {
    const copy = this.copies.get(symbol);
    return copy === undefined ? null : textOf(copy);
  }
}

/** One process's connection to it. */
export class SimMarketDataWriter implements MarketDataWriter {
  readonly #environment: Environment;
  readonly #store: SimMarketData;
  readonly #process: SimProcess;
  readonly #out: Link;

  constructor(environment: Environment, store: SimMarketData, process: SimProcess) {
    this.#environment = environment;
    this.#store = store;
    this.#process = process;
    this.#out = process.outward();
  }

  write(updates: readonly BookUpdate[]): Promise<readonly number[]> {
    const { random } = this.#process;
    return new Promise((resolve, reject) => {
      if (!this.#process.survives()) return;
      const { weather, redisDown } = this.#environment;
      const drawn = random.chance(weather.marketData) ? random.pick(["lost", "unknown"]) : "";
      const fault = redisDown ? "lost" : drawn;
      this.#out.send(random.delayMs(0.5), () => {
        const lost: number[] = [];
        let error: unknown = null;
        try {
          if (fault === "lost") throw new UnavailableError("redis", "cannot be reached");
          for (const update of updates) if (this.#store.apply(update)) lost.push(update.symbol);
          if (fault === "unknown") throw new UnavailableError("redis", "no answer");
        } catch (cause) {
          error = cause;
        }
        this.#process.later(random.delayMs(0.5), () => (error === null ? resolve(lost) : reject(error)));
      });
    });
  }

  async close(): Promise<void> {}
}

function levels(
  before: ReadonlyMap<number, BookLevel> | undefined,
  changes: readonly BookLevel[],
): Map<number, BookLevel> {
  const result = new Map(before);
  for (const level of changes) {
    if (level.quantity === 0) result.delete(level.price);
    else result.set(level.price, level);
  }
  return result;
}

function textOf({ bids, asks }: Copy): string {
  const sorted = (side: Map<number, BookLevel>, sign: number): BookLevel[] =>
    [...side.values()].sort((one, other) => (one.price - other.price) * sign);
  return bookText(sorted(bids, -1), sorted(asks, 1));
}
