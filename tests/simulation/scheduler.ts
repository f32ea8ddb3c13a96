interface Task {
  readonly atMs: number;
  readonly order: number;
  run: (() => void) | null;
}

/** Where the virtual time begins: a Monday at noon, UTC. */
export const START_MS = Date.UTC(2026, 0, 5, 12);

/**
 * Virtual time: what was scheduled runs one after the other by its time, and everything that this
 * wakes (promises, at once) runs before the next. Nothing else decides an order, so that the same
 * seed gives the same run.
 */
export class Scheduler {
  nowMs = START_MS;
  steps = 0;
  /** Something of a process ran: its continuations have to run before the next step. */
  #touched = false;
  #order = 0;
  readonly #heap: Task[] = [];

  /** Runs `work` after so long; the returned function takes that back. */
  after(delayMs: number, work: () => void): () => void {
    const task: Task = { atMs: this.nowMs + Math.max(0, delayMs), order: this.#order++, run: work };
    this.#push(task);
    return () => {
      task.run = null;
    };
  }

  touch(): void {
    this.#touched = true;
  }

  /** Runs until `done` says so or nothing is left. */
  async run(done: () => boolean): Promise<void> {
    while (!done()) {
      const task = this.#pop();
      if (task === undefined) return;
      const { run } = task;
      if (run === null) continue;
      this.nowMs = task.atMs;
      this.steps += 1;
      run();
      if (this.#touched) {
        this.#touched = false;
        await settled();
      }
    }
  }

  #push(task: Task): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(task);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(task, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = task;
  }

  #pop(): Task | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child += 1;
      if (!before(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

function before(one: Task, other: Task): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
}

/** Resolves when every promise that can go on has gone on. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
