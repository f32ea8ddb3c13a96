import type { EngineObserver, EngineState } from "../../engine/engine-ports.ts";
import type { Logger } from "./logger.ts";

/** The same trouble is logged again no sooner than this. */
const QUIET_MS = 10_000;

/** What an engine's health says, kept up to date by its observer. */
export interface EngineStatus {
  state: EngineState;
  epoch: number;
  lastSequence: number;
  publishedSequence: number;
  snapshotSequence: number;
  commands: number;
  batches: number;
  duplicates: number;
  malformed: number;
  poisonRefused: number;
  /** Of the last commit. */
  commitMs: number;
  /** Sequences that a stand-by is behind, and whether it has ever got to the end; 0 and true while active. */
  lag: number;
  caughtUp: boolean;
}

export function newEngineStatus(): EngineStatus {
  return {
    state: "starting",
    epoch: 0,
    lastSequence: 0,
    publishedSequence: 0,
    snapshotSequence: 0,
    commands: 0,
    batches: 0,
    duplicates: 0,
    malformed: 0,
    poisonRefused: 0,
    commitMs: 0,
    lag: 0,
    caughtUp: false,
  };
}

/** Logs what an engine tells of itself, and keeps its status. Batches are counted, never logged. */
export function logEngine(logger: Logger, status: EngineStatus): EngineObserver {
  const loggedAtMs = new Map<string, number>();
  let committedSinceActive = false;
  return {
    stateChanged: (state) => {
      status.state = state;
      if (state === "starting" || state === "active") status.lag = 0;
      status.caughtUp = state === "active";
      committedSinceActive = false;
      logger.info({ state }, "engine state");
    },
    snapshotPassedOver: (store, sequence, reason) =>
      logger.warn({ store, sequence, reason }, "snapshot passed over"),
    recovered: (recovery) => {
      status.epoch = recovery.epoch;
      status.lastSequence = recovery.lastSequence;
      status.snapshotSequence = recovery.snapshotSequence;
      logger.info(recovery, "recovered");
    },
    committed: (commit) => {
      status.lastSequence = commit.sequence;
      status.commands += commit.commands;
      status.batches += 1;
      status.commitMs = commit.commitMs;
      if (committedSinceActive) return;
      committedSinceActive = true;
      const { sequence, commands, commitMs } = commit;
      logger.info({ sequence, commands, commitMs }, "first commit");
    },
    followed: ({ sequence, lag, caughtUp }) => {
      status.lastSequence = sequence;
      status.lag = lag;
      if (caughtUp && !status.caughtUp) logger.info({ sequence }, "caught up with the journal");
      status.caughtUp = caughtUp;
    },
    snapshotSaved: (store, sequence, bytes) => {
      status.snapshotSequence = Math.max(status.snapshotSequence, sequence);
      logger.info({ store, sequence, bytes }, "snapshot saved");
    },
    degraded: (what, err) => {
      const nowMs = Date.now();
      if (nowMs - (loggedAtMs.get(what) ?? 0) < QUIET_MS) return;
      loggedAtMs.set(what, nowMs);
      logger.warn({ what, err }, "goes on without");
    },
    malformed: (sequence, bytes) => {
      status.malformed += 1;
      logger.warn({ sequence, bytes }, "undecodable command refused");
    },
    poisonRefused: (commandId, sequence) => {
      status.poisonRefused += 1;
      logger.error({ commandId, sequence }, "command that makes the engine fail refused for good");
    },
    duplicates: (count) => {
      status.duplicates += count;
    },
    eventsPublished: (sequence) => {
      status.publishedSequence = sequence;
    },
  };
}
