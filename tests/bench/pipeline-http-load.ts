import { Agent } from "node:http";
import { Random } from "../chaos/random.ts";
import { postOrder } from "./post-order.ts";

/** One request of a load. */
export interface LoadRequest {
  readonly path: string;
  readonly userId: string;
  readonly body: string;
}

export interface HttpLoadOptions {
  readonly url: string;
  /** Requests a second, Poisson. */
  readonly rate: number;
  readonly seed: number;
  readonly next: (count: number) => LoadRequest;
  /** Connections at most; more requests wait, and that wait counts. */
  readonly connections?: number;
}

/** Milliseconds since the epoch, with a fraction. */
export function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

/**
 * Sends requests at planned moments, whether or not earlier ones were answered. Each latency counts from the
 * planned moment, so that a client that falls behind does not make the service look better.
 */
export class HttpLoad {
  readonly #options: HttpLoadOptions;
  readonly #random: Random;
  readonly #agent: Agent;
  /** When each 2xx answer came, in order, milliseconds since the epoch. */
  readonly answeredAtMs: number[] = [];
  /** Latency of the same answers, milliseconds. */
  readonly latenciesMs: number[] = [];
  /** Other answers, by status; 0: none came. */
  readonly failures = new Map<number, number>();
  sent = 0;
  #underWay = 0;
  #dueMs = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(options: HttpLoadOptions) {
    this.#options = options;
    this.#random = new Random(options.seed);
    this.#agent = new Agent({ keepAlive: true, maxSockets: options.connections ?? 512 });
  }

  start(): void {
    this.#dueMs = nowMs();
    this.#tick();
  }

  /** Sends no more; resolves when every answer is there, or after a bounded wait. */
  async stop(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const deadline = nowMs() + 15_000;
    while (this.#underWay > 0 && nowMs() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
    this.#agent.destroy();
  }

  /** The longest time without an answer that began between two moments, or null without an answer after it. */
  longestSilence(fromMs: number, untilMs: number): { fromMs: number; lastedMs: number } | null {
    const times = this.answeredAtMs;
    let longest: { fromMs: number; lastedMs: number } | null = null;
    for (let at = times.length - 1; at > 0; at--) {
      const [before, after] = [times[at - 1] as number, times[at] as number];
      if (after < fromMs) break;
      if (before < untilMs && (longest === null || after - before > longest.lastedMs)) {
        longest = { fromMs: before, lastedMs: after - before };
      }
    }
    return longest;
  }

  #tick(): void {
    const now = nowMs();
    while (this.#dueMs <= now) {
      this.#send(this.#dueMs);
      this.#dueMs += -Math.log(1 - this.#random.next()) * (1_000 / this.#options.rate);
    }
    this.#timer = setTimeout(() => this.#tick(), Math.max(1, this.#dueMs - nowMs()));
  }

  #send(dueMs: number): void {
    const { path, userId, body } = this.#options.next(this.sent);
    this.sent += 1;
    this.#underWay += 1;
    const end = (status: number): void => {
      this.#underWay -= 1;
      if (status >= 200 && status < 300 && status !== 202) {
        const at = nowMs();
        this.answeredAtMs.push(at);
        this.latenciesMs.push(at - dueMs);
      } else this.failures.set(status, (this.failures.get(status) ?? 0) + 1);
    };
    void postOrder(this.#agent, `${this.#options.url}${path}`, userId, body).then(end);
  }
}
