import type { CommittedRow, CommittedStream } from "../../engine/ports.ts";

type Listener = (committed: CommittedRow | null) => void;

/** Committed rows of a one-process system, told in the turn in which they are. */
export class EmbeddedCommittedRows implements CommittedStream {
  readonly #listeners = new Map<string, Set<Listener>>();

  tell(committed: CommittedRow): void {
    for (const listener of this.#listeners.get(committed.group) ?? []) listener(committed);
  }

  /** A listener must not throw. */
  async subscribe(group: string, listener: Listener): Promise<() => Promise<void>> {
    const listeners = this.#listeners.get(group) ?? new Set();
    this.#listeners.set(group, listeners);
    const own: Listener = (committed) => listener(committed);
    listeners.add(own);
    return async () => {
      listeners.delete(own);
    };
  }

  async close(): Promise<void> {
    this.#listeners.clear();
  }
}
