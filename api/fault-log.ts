import { UnavailableError } from "../engine/ports.ts";
import type { ApiLogger } from "./ports.ts";

/** What a log may know of a fault: where it was thrown, not its message, since a driver's can hold parameters. */
export function faultFacts(error: unknown): object {
  if (error instanceof UnavailableError) return { dependency: error.dependency };
  if (!(error instanceof Error)) return { fault: typeof error };
  const frames = (error.stack ?? "").split("\n").filter((line) => line.startsWith("    at "));
  return { fault: error.name, at: frames.slice(0, 5).map((line) => line.trim()) };
}

const TELL_EVERY_MS = 10_000;

/**
 * Tells the log of faults that a part of the process gets over by itself (it tries again, or does without),
 * so that nobody but an operator would hear of them. A part that fails many times a second writes a line
 * every 10 seconds, which says how many there were; what nobody foresaw is an error, the rest a warning.
 */
export class FaultLog {
  readonly #logger: ApiLogger;
  readonly #part: string;
  readonly #monotonicMs: () => number;
  #toldAtMs = Number.NEGATIVE_INFINITY;
  #untold = 0;

  /** @param part what fails, in a few words that are the same each time */
  constructor(logger: ApiLogger, part: string, monotonicMs: () => number = () => performance.now()) {
    this.#logger = logger;
    this.#part = part;
    this.#monotonicMs = monotonicMs;
  }

  tell(error: unknown): void {
    this.#untold += 1;
    const nowMs = this.#monotonicMs();
    if (nowMs - this.#toldAtMs < TELL_EVERY_MS) return;
    const facts = { part: this.#part, faults: this.#untold, ...faultFacts(error) };
    this.#toldAtMs = nowMs;
    this.#untold = 0;
    if (error instanceof UnavailableError) this.#logger.warn(facts, "does without for now");
    else this.#logger.error(facts, "does without for now");
  }

  /** The same function, whose rejections are told before its caller gets them. */
  watching<Given extends unknown[], Result>(
    call: (...given: Given) => Promise<Result>,
  ): (...given: Given) => Promise<Result> {
    return async (...given) => {
      try {
        return await call(...given);
      } catch (error) {
        this.tell(error);
        throw error;
      }
    };
  }
}
