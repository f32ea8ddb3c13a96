import { ActiveEngine } from "./active-engine.ts";
import type { EngineEnd, EngineHoldings, EnginePorts, EngineSettings, EngineState } from "./engine-ports.ts";
import { HistoryRefusedError } from "./history-refused-error.ts";
import { type Delivery, FencedError } from "./ports.ts";
import type { FailedCommands } from "./sequencer.ts";
import { WarmCopy } from "./warm-copy.ts";

/** A command that has made engines fail this often is refused instead of applied. */
const FAILURES_UNTIL_REFUSED = 3;

/**
 * One engine of one group, from its start to its end:
 *
 * starting → (the records answer) → waiting → (its first delivery) → promoting → active → ended
 *
 * While it waits it follows the journal, so that it is ready, and puts a tick on the queue each second,
 * so that an idle queue delivers something to whoever is next. Only its first delivery promotes it:
 * starting an engine fences nobody. It ends once, for one reason, and is not used again.
 */
export class Engine {
  readonly #ports: EnginePorts;
  readonly #settings: EngineSettings;
  readonly #copy: WarmCopy;
  readonly #ended: Promise<EngineEnd>;
  #resolveEnded: (end: EngineEnd) => void = () => undefined;
  #state: EngineState = "starting";
  /** Delivered before it is active. */
  #early: Delivery[] = [];
  #active: ActiveEngine | null = null;
  #promotion: Promise<void> | null = null;
  #stopping = false;
  #cancelTick: (() => void) | null = null;

  constructor(ports: EnginePorts, settings: EngineSettings) {
    this.#ports = ports;
    this.#settings = settings;
    this.#copy = new WarmCopy(ports, settings);
    this.#ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
  }

  get state(): EngineState {
    return this.#state;
  }

  /** True from its promotion on, also after its end. */
  get wasPromoted(): boolean {
    return this.#promotion !== null;
  }

  /** How much it holds; null unless it is active. */
  holdings(): EngineHoldings | null {
    return this.#state === "active" ? (this.#active?.holdings() ?? null) : null;
  }

  /** Runs until its end. Never rejects. Everything that it was given stays open but the consumer. */
  async run(): Promise<EngineEnd> {
    void this.#start();
    const end = await this.#ended;
    this.#cancelTick?.();
    this.#copy.stop();
    // Closing is what gives back everything unacknowledged, in its order; a connection that is lost already
    // has done that by itself.
    await this.#ports.consumer.close().catch(() => undefined);
    return end;
  }

  /** Asks for a clean stop: what was matched is committed and told, and a snapshot is left. */
  async stop(): Promise<void> {
    if (this.#stopping || this.#state === "ended") return;
    this.#stopping = true;
    await this.#promotion;
    if (this.#active !== null) await this.#active.stop();
    else this.#end({ reason: "stopped" });
  }

  async #start(): Promise<void> {
    try {
      // Not subscribed before the records answer: an engine that cannot commit must not hold the queue.
      await this.#ports.records.readGroup(this.#settings.group);
    } catch (cause) {
      this.#end(endOf(cause));
      return;
    }
    if (this.#state !== "starting") return;
    this.#copy.follow().catch((cause: unknown) => {
      // Once promoted it makes a copy of its own, and meets the same fault if it lasts.
      if (this.#state === "starting" || this.#state === "waiting") this.#end(endOf(cause));
    });
    // Restoring a large snapshot stands still for longer than the broker waits for a sign of life.
    await this.#copy.opened;
    if (this.#isOver()) return;
    try {
      await this.#ports.consumer.start(
        (delivery) => this.#deliver(delivery),
        (cause) => this.#end({ reason: "consumer-lost", cause }),
      );
    } catch (cause) {
      this.#end({ reason: "consumer-lost", cause: asError(cause) });
      return;
    }
    if (this.#state !== "starting") return;
    this.#enter("waiting");
    this.#tick();
  }

  #deliver(delivery: Delivery): void {
    if (this.#state === "ended") return;
    if (delivery.redelivered) this.#ports.observer.redelivered?.();
    if (this.#active !== null) this.#active.deliver(delivery);
    else {
      this.#early.push(delivery);
      this.#promotion ??= this.#promote().catch((cause: unknown) => this.#end(endOf(cause)));
    }
  }

  async #promote(): Promise<void> {
    this.#enter("promoting");
    this.#cancelTick?.();
    const { records, clock, observer } = this.#ports;
    const startedMs = clock.nowMs();
    const group = await records.takeEpoch(this.#settings.group);
    const epochMs = clock.nowMs() - startedMs;
    // Whoever counted a failure did so before its consumer was closed, and this one's first delivery came.
    const [copy, failures] = await Promise.all([
      this.#copy.take(group),
      records.readFailures(this.#settings.group),
    ]);
    const tailMs = clock.nowMs() - startedMs - epochMs;
    const seed = group.lastSequence === 0 ? await records.readSymbols(group.group) : [];
    if (this.#isOver()) return;
    observer.recovered({
      epoch: group.epoch,
      source: copy.source,
      snapshotSequence: copy.snapshotSequence,
      lastSequence: group.lastSequence,
      replayedCommands: copy.replay.commands,
      tookMs: clock.nowMs() - startedMs,
      epochMs,
      tailMs,
      restoreMs: copy.restoreMs,
    });
    const { history, recent } = copy.replay;
    const snapshotSequence = Math.max(copy.snapshotSequence, this.#copy.snapshotSequence);
    this.#enter("active");
    this.#active = new ActiveEngine(
      this.#ports,
      this.#settings,
      { group, history, snapshotSequence, failures: failedCommands(failures), recent, seed },
      (end) => this.#end(end),
    );
    this.#active.start();
    const early = this.#early;
    this.#early = [];
    for (const delivery of early) this.#active.deliver(delivery);
  }

  /** An engine that nothing was delivered to yet asks for something. */
  #tick(): void {
    if (this.#state !== "waiting") return;
    this.#ports.consumer.tick().catch((cause: unknown) => {
      // The next one may do; without any an idle queue promotes nobody.
      this.#ports.observer.degraded("tick", cause instanceof Error ? cause : new Error("unknown"));
    });
    this.#cancelTick = this.#ports.timers.schedule(this.#settings.tickEveryMs, () => this.#tick());
  }

  #isOver(): boolean {
    return this.#state === "ended";
  }

  #end(end: EngineEnd): void {
    if (this.#isOver()) return;
    this.#enter("ended");
    this.#early = [];
    this.#active?.end(end);
    this.#resolveEnded(end);
  }

  #enter(state: EngineState): void {
    if (this.#isOver()) return;
    this.#state = state;
    this.#ports.observer.stateChanged(state);
  }
}

function failedCommands(failures: ReadonlyMap<string, number>): FailedCommands {
  const poison = new Set<string>();
  const suspects = new Set<string>();
  for (const [id, count] of failures) (count >= FAILURES_UNTIL_REFUSED ? poison : suspects).add(id);
  return { poison, suspects };
}

function endOf(cause: unknown): EngineEnd {
  if (cause instanceof FencedError) return { reason: "fenced" };
  if (cause instanceof HistoryRefusedError) return { reason: "history-refused", cause };
  return { reason: "records-failed", cause: asError(cause) };
}

function asError(cause: unknown): Error {
  return cause instanceof Error ? cause : new Error("failed");
}
