/**
 * What publishers and consumers of one process tell each other without the database: that something
 * was put on a queue (or a consumer left it), and replies. The messages themselves never pass here.
 *
 * Replies reach publishers of this process only, which is all that there are in the embedded run. A
 * publisher elsewhere gets none, and learns the outcome as it would after any lost reply.
 */
export class QueueSwitchboard {
  readonly #waiting = new Map<string, Set<() => void>>();
  readonly #listeners = new Map<string, (message: Uint8Array) => void>();

  /** Calls `wake` whenever something changed on the group's queue; returns how to stop that. */
  watch(group: string, wake: () => void): () => void {
    const watchers = this.#waiting.get(group) ?? new Set();
    this.#waiting.set(group, watchers.add(wake));
    return () => watchers.delete(wake);
  }

  /** Something was committed to the group's queue, or its consumer is gone. */
  changed(group: string): void {
    for (const wake of this.#waiting.get(group) ?? []) wake();
  }

  /** Sets who hears the replies to an address; null: nobody any more. */
  listen(address: string, listener: ((message: Uint8Array) => void) | null): void {
    if (listener === null) this.#listeners.delete(address);
    else this.#listeners.set(address, listener);
  }

  /** Hands a reply over after the caller's own work, in order; without a listener it is lost. */
  reply(address: string, message: Uint8Array): void {
    setImmediate(() => this.#listeners.get(address)?.(message));
  }
}
