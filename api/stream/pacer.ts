import { setImmediate } from "node:timers";

/** What has something to send to many. */
export interface Paced {
  /** Sends what there is; returns how many messages that were. */
  flush(): number;
}

/** Shorter waits than this are not worth a timer. */
const GRAIN_MS = 1;

/**
 * Bounds what one process sends: each of those with news gets its turn, and after a turn of many messages
 * the next waits as long as these may take. What changes meanwhile goes into one message, so that a
 * thousand readers get fewer and larger updates, and ten get each at once.
 */
export class Pacer {
  readonly #msPerMessage: number;
  readonly #queue = new Set<Paced>();
  #freeAtMs = 0;
  #planned = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(messagesPerSecond: number) {
    this.#msPerMessage = 1_000 / messagesPerSecond;
  }

  /** It has news: its turn comes, once for all that is new by then. */
  plan(paced: Paced): void {
    if (this.#closed) return;
    this.#queue.add(paced);
    this.#schedule();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#queue.clear();
  }

  #schedule(): void {
    if (this.#planned) return;
    this.#planned = true;
    const waitMs = this.#freeAtMs - performance.now();
    const run = (): void => {
      this.#planned = false;
      this.#run();
    };
    if (waitMs > GRAIN_MS) this.#timer = setTimeout(run, waitMs);
    else setImmediate(run);
  }

  #run(): void {
    for (const paced of this.#queue) {
      const now = performance.now();
      if (this.#freeAtMs - now > GRAIN_MS) break;
      this.#queue.delete(paced);
      this.#freeAtMs = Math.max(this.#freeAtMs, now) + paced.flush() * this.#msPerMessage;
    }
    if (this.#queue.size > 0 && !this.#closed) this.#schedule();
  }
}
