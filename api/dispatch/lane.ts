import type { PublishingSpan } from "../observer.ts";
import type { Confirmation, Settlement } from "./settlement.ts";

/** A command's bytes on the wire, and its id as outcomes name it. */
export interface EncodedCommand {
  /** Lower-case UUID. */
  readonly id: string;
  readonly bytes: Uint8Array;
}

/** One command that somebody waits for. */
export class Waiter {
  readonly command: EncodedCommand;
  readonly group: string;
  readonly startedAt: number = performance.now();
  readonly deadlineMs: number;
  readonly settled: Promise<Settlement>;
  #resolve: ((settlement: Settlement) => void) | null = null;

  constructor(command: EncodedCommand, group: string, deadlineMs: number) {
    this.command = command;
    this.group = group;
    this.deadlineMs = deadlineMs;
    this.settled = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** False when it was settled before. */
  settle(settlement: Settlement): boolean {
    if (this.#resolve === null) return false;
    this.#resolve(settlement);
    this.#resolve = null;
    return true;
  }
}

/** Commands that go in one message, in order: those of one call. */
export class Bundle {
  readonly waiters: readonly Waiter[];
  readonly resent: boolean;
  readonly confirmBy: number;
  readonly confirmed: Promise<Confirmation>;
  readonly span: PublishingSpan | null;
  #resolve: ((confirmation: Confirmation) => void) | null = null;

  constructor(
    waiters: readonly Waiter[],
    resent: boolean,
    confirmBy: number,
    span: PublishingSpan | null = null,
  ) {
    this.waiters = waiters;
    this.resent = resent;
    this.confirmBy = confirmBy;
    this.span = span;
    this.confirmed = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** The first one counts. */
  confirm(confirmation: Confirmation): void {
    if (this.#resolve === null) return;
    this.#resolve(confirmation);
    this.#resolve = null;
    this.span?.end(confirmation);
  }
}

/** One group's way out: what waits to be sent, and what waits for its confirm. */
export class GroupLane {
  readonly group: string;
  readonly queue: Bundle[] = [];
  readonly unconfirmed = new Set<readonly Bundle[]>();
  scheduled = false;

  constructor(group: string) {
    this.group = group;
  }

  /**
   * Takes the next message's bundles: from the head, as many as fit, all of them resent or none
   * (the message says it once for all). At least one, however large.
   */
  takeMessage(maxCommands: number): Bundle[] {
    const { queue } = this;
    const resent = queue[0]?.resent;
    let commands = 0;
    let taken = 0;
    for (const bundle of queue) {
      commands += bundle.waiters.length;
      if (bundle.resent !== resent || (taken > 0 && commands > maxCommands)) break;
      taken += 1;
    }
    return queue.splice(0, taken);
  }

  /** Takes out what was to be durable by now and has not even left. */
  takeOverdue(nowMs: number): Bundle[] {
    const overdue = this.queue.filter((bundle) => bundle.confirmBy <= nowMs);
    if (overdue.length > 0) {
      const rest = this.queue.filter((bundle) => bundle.confirmBy > nowMs);
      this.queue.splice(0, this.queue.length, ...rest);
    }
    return overdue;
  }
}
