import type { EngineProgram, LogEntry } from "./pipeline-engine.ts";
import { HttpLoad, nowMs } from "./pipeline-http-load.ts";
import type { BenchSystem } from "./pipeline-system.ts";
import { tradingOrder } from "./recovery-orders.ts";

export interface TakeoverOptions {
  readonly kills: number;
  readonly coldKills: number;
  /** Orders a second over HTTP meanwhile. */
  readonly rate: number;
  /** So many orders rest that the first stand-by saves a snapshot at once: that is no part of a take-over. */
  readonly awaitsSnapshot: boolean;
}

/** One take-over: the time without an answer, and what of it went where, milliseconds. */
export interface Takeover {
  readonly gapMs: number;
  /** From the kill to the first delivery at its successor (cold: to its process being ready for one). */
  readonly deliveredMs: number;
  /** From there to active: epoch, tail of the journal. */
  readonly promotedMs: number;
  /** From there to its first commit. */
  readonly committedMs: number;
}

export interface Takeovers {
  readonly warm: readonly Takeover[];
  readonly cold: readonly Takeover[];
}

const STAND_BY_RESTS_MS = 1_500;
const ANSWERS_WITHIN_MS = 120_000;

/** Kills active engines under load, first with a warm stand-by beside them, then without any. */
export async function measureTakeovers(
  system: BenchSystem,
  active: EngineProgram,
  options: TakeoverOptions,
): Promise<Takeovers> {
  const load = new HttpLoad({ url: system.apiUrl, rate: options.rate, seed: 1, next: tradingOrder });
  load.start();
  const warm: Takeover[] = [];
  const cold: Takeover[] = [];
  let current = active;
  try {
    await answers(load, 20);
    for (let kill = 0; kill < options.kills; kill++) {
      const next = await system.startEngine();
      await caughtUp(next);
      if (kill === 0 && options.awaitsSnapshot)
        await next.said("snapshot saved", ({ msg }) => msg === "snapshot saved");
      await pause(STAND_BY_RESTS_MS);
      const killedAtMs = await current.kill();
      warm.push(await takeover(load, killedAtMs, next));
      current = next;
    }
    for (let kill = 0; kill < options.coldKills; kill++) {
      await pause(STAND_BY_RESTS_MS);
      const killedAtMs = await current.kill();
      current = await system.startEngine();
      cold.push(await takeover(load, killedAtMs, current));
    }
  } finally {
    await load.stop();
  }
  await current.stop();
  return { warm, cold };
}

/** The stand-by's copy has got to the end of the journal. */
async function caughtUp(engine: EngineProgram): Promise<void> {
  await engine.said("caught up", ({ msg }) => msg === "caught up with the journal");
}

async function takeover(load: HttpLoad, killedAtMs: number, next: EngineProgram): Promise<Takeover> {
  const has = (msg: string) => (entry: LogEntry) => entry.msg === msg;
  const promoting = await next.said("promoting", (entry) => entry["state"] === "promoting");
  const active = await next.said("active", (entry) => entry["state"] === "active");
  const committed = await next.said("first commit", has("first commit"));
  await answers(load, 20);
  const silence = load.longestSilence(killedAtMs - 5, committed.time + 1_000);
  if (silence === null) throw new Error("no answer after the kill");
  return {
    gapMs: silence.lastedMs,
    deliveredMs: promoting.time - killedAtMs,
    promotedMs: active.time - promoting.time,
    committedMs: committed.time - active.time,
  };
}

async function answers(load: HttpLoad, count: number): Promise<void> {
  const before = load.answeredAtMs.length;
  const deadline = nowMs() + ANSWERS_WITHIN_MS;
  while (load.answeredAtMs.length < before + count) {
    if (nowMs() > deadline) throw new Error(`no answers: ${JSON.stringify([...load.failures])}`);
    await pause(5);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
