import type { EngineHoldings, EngineObserver, EngineState } from "../../engine/engine-ports.ts";
import type { Metrics } from "./metrics.ts";

const STATES: readonly EngineState[] = ["starting", "waiting", "promoting", "active", "ended"];
const MS = 1_000;

/** Where an engine's metrics come from besides what it tells by itself; asked at each look. */
export interface EngineMetricSources {
  readonly group: string;
  /** Null unless it is active. */
  holdings(): EngineHoldings | null;
  /** Messages on the group's queue, those delivered and unacknowledged included; rejects when unknown. */
  queueMessages(): Promise<number>;
}

/**
 * Turns what an engine tells of itself into metrics. The hot path pays for a few counters a batch: label
 * values are looked up once, here, and whatever has to be asked for is asked for at a look.
 */
export function measureEngine(metrics: Metrics, sources: EngineMetricSources): EngineObserver {
  const { group } = sources;
  const labels = { group };
  const committed = metrics.of("commandsCommitted").labels(labels);
  const matched = metrics.of("commandsMatched").labels(labels);
  const matchSeconds = metrics.of("matchSeconds").labels(labels);
  const commitSeconds = metrics.of("commitSeconds").labels(labels);
  const batchCommands = metrics.of("batchCommands").labels(labels);
  const batchBytes = metrics.of("batchBytes").labels(labels);
  const commandAge = metrics.of("commandAge").labels(labels);
  const lastSequence = metrics.of("lastSequence").labels(labels);
  const published = metrics.of("publishedSequence").labels(labels);
  const eventsPublished = metrics.of("eventsPublished").labels(labels);
  const redeliveries = metrics.of("redeliveries").labels(labels);
  const standbyLag = metrics.of("standbyLag").labels(labels);
  const epoch = metrics.of("epoch").labels(labels);
  const duplicates = metrics.of("duplicates").labels(labels);
  // Present from the start, so that a first one shows as a rise and not as a new series.
  const poison = metrics.of("poison").labels(labels);
  const malformed = metrics.of("malformed").labels(labels);
  for (const counter of [redeliveries, duplicates, poison, malformed]) counter.inc(0);

  const savedAtMs = new Map<string, number>();
  let sequence = 0;
  let snapshotSequence = 0;
  let matchingSince = 0;
  let committingSince = 0;
  /** Everything made before this is known to be off the queue. */
  let doneUntilMs = Date.now();

  const stateChanged = (state: EngineState): void => {
    for (const each of STATES) metrics.of("engineState").set({ group, state: each }, each === state ? 1 : 0);
  };
  stateChanged("starting");

  metrics.beforeEachLook(() => {
    const nowMs = Date.now();
    for (const [store, atMs] of savedAtMs)
      metrics.of("snapshotAge").set({ group, store }, (nowMs - atMs) / MS);
    metrics.of("snapshotLag").set(labels, Math.max(0, sequence - snapshotSequence));
    const holdings = sources.holdings();
    metrics.of("openOrders").set(labels, holdings?.openOrders ?? 0);
    for (const { symbol, bidLevels, askLevels } of holdings?.books ?? []) {
      metrics.of("bookLevels").set({ group, symbol, side: "bid" }, bidLevels);
      metrics.of("bookLevels").set({ group, symbol, side: "ask" }, askLevels);
    }
  });
  metrics.beforeEachLook(async () => {
    const waiting = await sources.queueMessages();
    const nowMs = Date.now();
    metrics.of("queueMessages").set(labels, waiting);
    if (waiting === 0) doneUntilMs = nowMs;
    const isActive = sources.holdings() !== null;
    metrics.of("queueAge").set(labels, isActive ? Math.max(0, nowMs - doneUntilMs) / MS : 0);
  });

  return {
    stateChanged,
    followed: ({ sequence: followed, lag }) => {
      sequence = followed;
      standbyLag.set(lag);
    },
    snapshotPassedOver: (store) => metrics.of("snapshotsPassedOver").inc({ group, store }),
    recovered: (recovery) => {
      sequence = recovery.lastSequence;
      snapshotSequence = recovery.snapshotSequence;
      doneUntilMs = Date.now();
      standbyLag.set(0);
      epoch.set(recovery.epoch);
      lastSequence.set(sequence);
      metrics.of("promotions").inc({ group, source: recovery.source });
      metrics.of("recoverySeconds").set(labels, recovery.tookMs / MS);
      metrics.of("recoveryReplayed").set(labels, recovery.replayedCommands);
    },
    matching: () => {
      matchingSince = performance.now();
    },
    matched: (commands) => {
      if (commands === 0) return;
      matchSeconds.observe((performance.now() - matchingSince) / MS);
      matched.inc(commands);
    },
    committing: () => {
      committingSince = performance.now();
    },
    committed: (commit) => {
      sequence = commit.sequence;
      commitSeconds.observe((performance.now() - committingSince) / MS);
      committed.inc(commit.commands);
      batchCommands.observe(commit.commands);
      batchBytes.observe(commit.payloadBytes);
      lastSequence.set(sequence);
      if (commit.firstIdTimeMs === 0) return;
      doneUntilMs = commit.firstIdTimeMs;
      commandAge.observe(Math.max(0, Date.now() - commit.firstIdTimeMs) / MS);
    },
    snapshotSaved: (store, savedSequence, bytes) => {
      snapshotSequence = Math.max(snapshotSequence, savedSequence);
      savedAtMs.set(store, Date.now());
      metrics.of("snapshotBytes").set({ group, store }, bytes);
    },
    degraded: (what) => metrics.of("degraded").inc({ group, what }),
    malformed: () => malformed.inc(),
    poisonRefused: () => poison.inc(),
    duplicates: (count) => duplicates.inc(count),
    redelivered: () => redeliveries.inc(),
    eventsPublished: (upTo, count) => {
      published.set(upTo);
      eventsPublished.inc(count);
    },
  };
}
