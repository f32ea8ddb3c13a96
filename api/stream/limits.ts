/** Bounds of the stream, as set. */
export interface StreamSettings {
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  readonly maxChannels: number;
  readonly maxMessagesPerSecond: number;
  /** Unread bytes of a connection from which on it counts as slow. */
  readonly bufferBytes: number;
  readonly idleTimeoutMs: number;
  /** What one process sends at most; more readers get fewer, larger updates. */
  readonly messagesPerSecond: number;
  /** Levels of each side that are told of. */
  readonly depthLevels: number;
}

/** How many connections there are, in all and by address. */
export class ConnectionCount {
  readonly #byAddress = new Map<string, number>();
  #all = 0;

  get all(): number {
    return this.#all;
  }

  of(address: string): number {
    return this.#byAddress.get(address) ?? 0;
  }

  add(address: string): void {
    this.#all += 1;
    this.#byAddress.set(address, this.of(address) + 1);
  }

  remove(address: string): void {
    this.#all -= 1;
    const left = this.of(address) - 1;
    if (left > 0) this.#byAddress.set(address, left);
    else this.#byAddress.delete(address);
  }
}

/** A bucket of messages that fills by so many a second, and holds two seconds' worth. */
export class MessageBudget {
  readonly #perSecond: number;
  #left: number;
  #atMs: number;

  constructor(perSecond: number, nowMs: number) {
    this.#perSecond = perSecond;
    this.#left = 2 * perSecond;
    this.#atMs = nowMs;
  }

  /** False: that was one too many. */
  take(nowMs: number): boolean {
    const filled = this.#left + ((nowMs - this.#atMs) / 1_000) * this.#perSecond;
    this.#left = Math.min(2 * this.#perSecond, filled);
    this.#atMs = nowMs;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
