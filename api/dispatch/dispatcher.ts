import { setImmediate } from "node:timers";
import type { Outcome } from "../../engine/outcome.ts";
import { type Clock, type CommandPublisher, NotSentError } from "../../engine/ports.ts";
import { encodeCommandMessage } from "../../engine/wire/message.ts";
import { decodeReply } from "../../engine/wire/reply.ts";
import { type ApiObserver, type ApiTracer, quietObserver } from "../observer.ts";
import type { ApiLogger } from "../ports.ts";
import { Bundle, type EncodedCommand, GroupLane, Waiter } from "./lane.ts";
import type { Confirmation, Settlement } from "./settlement.ts";

/**
 * Sends commands and finds their outcomes.
 *
 * Commands that arrive in one turn of the event loop go to a group's queue as one message; while
 * `maxUnconfirmed` messages of a group wait for their confirms, what arrives is collected for the
 * next one. Order within a group is the order of `send`. Every wait ends at a deadline, and what
 * waits is bounded: beyond `maxPending` commands nothing is taken.
 */

export interface DispatcherOptions {
  readonly publisher: CommandPublisher;
  readonly clock: Clock;
  readonly logger: ApiLogger;
  readonly observer?: ApiObserver;
  readonly tracer?: ApiTracer | null;
  readonly confirmTimeoutMs: number;
  readonly resultTimeoutMs: number;
  /** One message's commands; a bundle is never split. */
  readonly maxCommandsPerMessage?: number;
  /** Messages of a group on their way to durable. */
  readonly maxUnconfirmed?: number;
  /** Commands of this process that wait for anything. */
  readonly maxPending?: number;
}

export interface Dispatched {
  /** Resolves, never rejects. One for the whole bundle, which is one message. */
  readonly confirmed: Promise<Confirmation>;
  /** One for each command, in order; each resolves by its deadline, and never rejects. */
  readonly settled: readonly Promise<Settlement>[];
}

const SWEEP_EVERY_MS = 50;
const DRAIN_POLL_MS = 20;

/** Too much waits already: nothing was sent. */
export class TooManyPendingError extends Error {
  override readonly name = "TooManyPendingError";
}

export class CommandDispatcher {
  readonly #publisher: CommandPublisher;
  readonly #clock: Clock;
  readonly #logger: ApiLogger;
  readonly #observer: ApiObserver;
  readonly #tracer: ApiTracer | null;
  readonly #confirmTimeoutMs: number;
  readonly #resultTimeoutMs: number;
  readonly #maxPending: number;
  readonly #maxCommandsPerMessage: number;
  readonly #maxUnconfirmed: number;
  readonly #lanes = new Map<string, GroupLane>();
  /** By command id; the same command sent twice at once has two waiters. */
  readonly #waiters = new Map<string, Waiter[]>();
  #pending = 0;
  #sweeper: ReturnType<typeof setInterval> | null = null;

  constructor(options: DispatcherOptions) {
    this.#publisher = options.publisher;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#observer = options.observer ?? quietObserver;
    this.#tracer = options.tracer ?? null;
    this.#confirmTimeoutMs = options.confirmTimeoutMs;
    this.#resultTimeoutMs = options.resultTimeoutMs;
    this.#maxPending = options.maxPending ?? 20_000;
    this.#maxCommandsPerMessage = options.maxCommandsPerMessage ?? 200;
    this.#maxUnconfirmed = options.maxUnconfirmed ?? 2;
    this.#publisher.onReply((message) => this.#onReply(message));
  }

  /** Commands that wait for their confirm or their outcome. */
  get pending(): number {
    return this.#pending;
  }

  /**
   * Sends commands to one group's queue, in one message and in this order.
   * @param resent they may have been sent before, under the same ids
   * Throws TooManyPendingError.
   */
  send(group: string, commands: readonly EncodedCommand[], resent: boolean): Dispatched {
    if (this.#pending + commands.length > this.#maxPending) throw new TooManyPendingError();
    const now = this.#clock.nowMs();
    const waiters = commands.map((command) => new Waiter(command, group, now + this.#resultTimeoutMs));
    const span =
      this.#tracer?.publishing(
        group,
        commands.map(({ id }) => id),
      ) ?? null;
    const bundle = new Bundle(waiters, resent, now + this.#confirmTimeoutMs, span);
    for (const waiter of waiters) this.#expect(waiter);
    const lane = this.#lane(group);
    lane.queue.push(bundle);
    this.#schedule(lane);
    this.#startSweeping();
    return { confirmed: bundle.confirmed, settled: waiters.map((waiter) => waiter.settled) };
  }

  /** Resolves when nothing waits any more, or at the deadline; true when nothing does. */
  async drain(timeoutMs: number): Promise<boolean> {
    const deadline = this.#clock.nowMs() + timeoutMs;
    while (this.#pending > 0 && this.#clock.nowMs() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, DRAIN_POLL_MS));
    }
    return this.#pending === 0;
  }

  #lane(group: string): GroupLane {
    let lane = this.#lanes.get(group);
    if (lane === undefined) {
      lane = new GroupLane(group);
      this.#lanes.set(group, lane);
    }
    return lane;
  }

  #expect(waiter: Waiter): void {
    const same = this.#waiters.get(waiter.command.id);
    if (same === undefined) this.#waiters.set(waiter.command.id, [waiter]);
    else same.push(waiter);
    this.#pending += 1;
  }

  #schedule(lane: GroupLane): void {
    if (lane.scheduled || lane.unconfirmed.size >= this.#maxUnconfirmed) return;
    lane.scheduled = true;
    setImmediate(() => {
      lane.scheduled = false;
      this.#flush(lane);
    });
  }

  #flush(lane: GroupLane): void {
    while (lane.unconfirmed.size < this.#maxUnconfirmed) {
      const bundles = lane.takeMessage(this.#maxCommandsPerMessage);
      if (bundles.length === 0) return;
      this.#publish(lane, bundles);
    }
  }

  #publish(lane: GroupLane, bundles: readonly Bundle[]): void {
    const message = encodeCommandMessage({
      replyAddress: this.#publisher.replyAddress,
      resent: bundles[0]?.resent === true,
      commands: bundles.flatMap((bundle) => bundle.waiters.map((waiter) => waiter.command.bytes)),
      ...(bundles.some((bundle) => bundle.span !== null) && { traces: tracePlaces(bundles) }),
    });
    lane.unconfirmed.add(bundles);
    const commands = bundles.reduce((count, bundle) => count + bundle.waiters.length, 0);
    const startedAt = performance.now();
    this.#observer.published(lane.group, commands);
    const done = (confirmation: Confirmation) => {
      lane.unconfirmed.delete(bundles);
      this.#observer.confirmed(lane.group, confirmation, commands, performance.now() - startedAt);
      for (const bundle of bundles) this.#confirm(bundle, confirmation);
      this.#flush(lane);
    };
    this.#publisher.publish(lane.group, message).then(
      () => done("durable"),
      (error: unknown) => {
        const notSent = error instanceof NotSentError;
        this.#logger.warn({ group: lane.group, fault: notSent ? "not sent" : "uncertain" }, "publish failed");
        done(notSent ? "not-sent" : "uncertain");
      },
    );
  }

  #confirm(bundle: Bundle, confirmation: Confirmation): void {
    bundle.confirm(confirmation);
    if (confirmation === "not-sent") this.#giveUp(bundle, "not-sent");
  }

  #giveUp(bundle: Bundle, kind: "not-sent" | "uncertain"): void {
    for (const waiter of bundle.waiters) this.#settle(waiter, { kind });
  }

  #settle(waiter: Waiter, settlement: Settlement): void {
    if (!waiter.settle(settlement)) return;
    this.#pending -= 1;
    this.#observer.settled(waiter.group, settlement.kind, performance.now() - waiter.startedAt);
    const same = this.#waiters.get(waiter.command.id);
    if (same === undefined) return;
    if (same.length === 1) this.#waiters.delete(waiter.command.id);
    else same.splice(same.indexOf(waiter), 1);
  }

  #onReply(message: Uint8Array): void {
    let outcomes: readonly Outcome[];
    try {
      outcomes = decodeReply(message);
    } catch {
      this.#logger.error({ bytes: message.byteLength }, "a reply could not be read");
      return;
    }
    for (const outcome of outcomes) {
      for (const waiter of [...(this.#waiters.get(outcome.commandId) ?? [])]) {
        this.#settle(waiter, { kind: "outcome", outcome });
      }
    }
  }

  #startSweeping(): void {
    this.#sweeper ??= setInterval(() => this.#sweep(), SWEEP_EVERY_MS);
  }

  /** Ends what has waited too long. A bundle still in the queue has certainly not been sent. */
  #sweep(): void {
    const now = this.#clock.nowMs();
    for (const lane of this.#lanes.values()) {
      for (const bundle of lane.takeOverdue(now)) this.#confirm(bundle, "not-sent");
      for (const message of lane.unconfirmed) {
        for (const bundle of message) if (bundle.confirmBy <= now) bundle.confirm("uncertain");
      }
    }
    for (const same of [...this.#waiters.values()]) {
      for (const waiter of [...same]) {
        if (waiter.deadlineMs <= now) this.#settle(waiter, { kind: "uncertain" });
      }
    }
    if (this.#pending === 0 && this.#sweeper !== null) {
      clearInterval(this.#sweeper);
      this.#sweeper = null;
    }
  }
}

const UNTRACED = new Uint8Array(0);

/** For each command of a message, where it stands in its trace. */
function tracePlaces(bundles: readonly Bundle[]): Uint8Array[] {
  return bundles.flatMap(({ span, waiters }) => waiters.map(() => span?.place ?? UNTRACED));
}
