import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Command } from "../../engine/core/command.ts";
import { MatchingCore } from "../../engine/core/matching-core.ts";
import { CommandKind, SelfTradePrevention, Side } from "../../engine/core/terms.ts";
import { seededRandom } from "../../infra/seeded-random.ts";
import { symbolSpec } from "../support/engine/commands.ts";
import { type BenchOptions, type BenchRow, rowOf } from "./bench-row.ts";

/**
 * What a command costs as the book grows, what a resting order costs in memory, and the longest that one
 * command takes while a million orders come to rest, growth of the arrays included.
 */

const START_MS = 1_700_000_000_000;
const MIDDLE = 1_000_000;
const USERS = 100;

/** A core with symbols 1…`symbols`, and what places and cancels in it. */
class Driver {
  readonly core = new MatchingCore();
  readonly #command = new Command();
  #nextId = 1;

  constructor(symbols: number) {
    const command = this.#command;
    command.timeMs = START_MS;
    command.kind = CommandKind.DefineSymbol;
    for (let symbol = 1; symbol <= symbols; symbol += 1) {
      command.spec = symbolSpec(symbol, `S${symbol}/USD`);
      this.#apply();
    }
    command.order.selfTradePrevention = SelfTradePrevention.None;
    command.order.id.a = 1;
    command.target.a = 1;
  }

  /** Places a limit order and returns its number. */
  place(symbol: number, side: Side, price: number, quantity: number): number {
    const command = this.#command;
    const id = this.#nextId;
    this.#nextId += 1;
    command.kind = CommandKind.Place;
    command.symbol = symbol;
    command.userId = NAMES[id % USERS]!;
    command.order.id.d = id;
    command.order.side = side;
    command.order.price = price;
    command.order.quantity = quantity;
    this.#apply();
    return id;
  }

  cancel(symbol: number, id: number): void {
    const command = this.#command;
    command.kind = CommandKind.Cancel;
    command.symbol = symbol;
    command.userId = NAMES[id % USERS]!;
    command.target.d = id;
    this.#apply();
  }

  #apply(): void {
    this.#command.sequence = this.core.lastSequence + 1;
    this.core.apply(this.#command);
  }
}

const NAMES = Array.from({ length: USERS }, (_, index) => `user ${index}`);

export function benchGrowth(options: BenchOptions): BenchRow[] {
  const { quick } = options;
  const sizes = quick ? [1_000, 5_000] : [1_000, 10_000, 100_000, 1_000_000];
  const runs = quick ? 1 : 5;
  return [
    ...sizes.map((orders) => openOrders(orders, quick ? 1_000 : 50_000, runs)),
    ...[1, 10, 100, 1_000].map((levels) => levelsTouched(levels, quick ? 1 : 20, runs)),
    ...[1, 10, 100, 1_000].map((symbols) => symbolsTraded(symbols, quick ? 1_000 : 50_000, runs)),
    ...memoryAndSnapshot(quick ? 5_000 : 1_000_000, runs),
    ...allocation(quick ? 2_000 : 400_000),
    maxPause(quick ? 5_000 : 1_000_000, quick ? 1 : 3),
  ];
}

/** A price 1…2,000 ticks behind the middle. */
function behind(side: Side, random: () => number): number {
  const distance = 1 + Math.floor(random() * 2_000);
  return side === Side.Buy ? MIDDLE - distance : MIDDLE + distance;
}

/** Rests orders at random places of both sides; returns their numbers. */
function fill(driver: Driver, orders: number, symbols: number, random: () => number): Int32Array {
  const ids = new Int32Array(orders);
  for (let index = 0; index < orders; index += 1) {
    const side = (index & 1) as Side;
    ids[index] = driver.place(1 + (index % symbols), side, behind(side, random), 10);
  }
  return ids;
}

/** Nanoseconds of a cancel and a place at random, with so many orders open. */
function openOrders(orders: number, steps: number, runs: number): BenchRow {
  const random = seededRandom(orders);
  const driver = new Driver(1);
  const ids = fill(driver, orders, 1, random);
  return rowOf(
    `core.growth.orders.${orders}`,
    "ns/command",
    timed(runs, () => exchange(driver, ids, 1, steps, random), steps * 2),
  );
}

function exchange(
  driver: Driver,
  ids: Int32Array,
  symbols: number,
  steps: number,
  random: () => number,
): void {
  for (let step = 0; step < steps; step += 1) {
    const at = Math.floor(random() * ids.length);
    const symbol = 1 + (at % symbols);
    const side = (at & 1) as Side;
    driver.cancel(symbol, ids[at]!);
    ids[at] = driver.place(symbol, side, behind(side, random), 10);
  }
}

/** Nanoseconds for each level that one order sweeps, one order a level, and for each resting of these. */
function levelsTouched(levels: number, rounds: number, runs: number): BenchRow {
  const driver = new Driver(1);
  fill(driver, 10_000, 1, seededRandom(levels));
  const repeats = Math.max(1, Math.floor((rounds * 1_000) / levels));
  const sweepAll = (): void => {
    for (let repeat = 0; repeat < repeats; repeat += 1) {
      // Inside the spread, which is where a sweep begins.
      for (let level = 0; level < levels; level += 1) driver.place(1, Side.Sell, MIDDLE * 0.9 + level, 10);
      driver.place(1, Side.Buy, MIDDLE * 0.9 + levels, levels * 10);
    }
  };
  const name = `core.growth.levels.${levels}`;
  return rowOf(name, "ns/level", timed(runs, sweepAll, repeats * levels), {
    note: "rest one order and sweep it",
  });
}

/** Nanoseconds of a cancel and a place, 100 orders a symbol, symbols in turn at random. */
function symbolsTraded(symbols: number, steps: number, runs: number): BenchRow {
  const random = seededRandom(symbols);
  const driver = new Driver(symbols);
  const ids = fill(driver, symbols * 100, symbols, random);
  return rowOf(
    `core.growth.symbols.${symbols}`,
    "ns/command",
    timed(runs, () => exchange(driver, ids, symbols, steps, random), steps * 2),
  );
}

function timed(runs: number, work: () => void, parts: number): number[] {
  work();
  return Array.from({ length: runs }, () => {
    const startedMs = performance.now();
    work();
    return ((performance.now() - startedMs) * 1e6) / parts;
  });
}

/**
 * Bytes, on the heap and beside it, that a core with so many open orders has more than an empty one; and how long it
 * stands still to write all of them down. (In the system stand-bys do that, so that no trading waits for it.)
 */
function memoryAndSnapshot(orders: number, runs: number): BenchRow[] {
  const driver = new Driver(1);
  const before = memoryBytes();
  fill(driver, orders, 1, seededRandom(1));
  const bytes = (memoryBytes() - before) / orders;
  if (driver.core.openOrderCount !== orders) throw new Error("not every order rests");
  let snapshotBytes = 0;
  const snapshot = (): void => {
    snapshotBytes = driver.core.snapshot().length;
  };
  const tookMs = timed(runs, snapshot, 1e6);
  return [
    rowOf("core.bytes-per-order", "bytes", [bytes], { note: `${orders} resting orders, everything` }),
    rowOf("core.snapshot", "ms", tookMs, { note: `${orders} resting orders, ${snapshotBytes} bytes` }),
  ];
}

/**
 * What is held now, after a collection of everything that earlier benches left behind. Arrays are given
 * back beside the collector, later: it is asked again until two looks agree.
 */
function memoryBytes(): number {
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  let held = Number.POSITIVE_INFINITY;
  for (;;) {
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    if (heapUsed + arrayBuffers >= held * 0.999) return heapUsed + arrayBuffers;
    held = heapUsed + arrayBuffers;
  }
}

/** Heap bytes for each command of the plain path, between two looks without a collection. */
function allocation(commands: number): BenchRow[] {
  const driver = new Driver(1);
  const random = seededRandom(3);
  const ids = fill(driver, 1_000, 1, random);
  exchange(driver, ids, 1, commands, random);
  const figures = Array.from({ length: 3 }, () => {
    const before = process.memoryUsage().heapUsed;
    exchange(driver, ids, 1, commands / 2, random);
    return Math.max(0, process.memoryUsage().heapUsed - before) / commands;
  });
  return [rowOf("core.alloc", "bytes/command", figures, { note: "heap growth over cancels and places" })];
}

/**
 * The longest command, ms, while orders come to rest and then a tenth of them is exchanged. A pause of the core's
 * own is at the same command in every run, the machine's are not: the figure is the worst of each
 * command's best run, `max` the worst of all.
 */
function maxPause(orders: number, runs: number): BenchRow {
  const steps = Math.floor(orders / 10);
  const best = new Float32Array(orders + steps * 2).fill(Number.POSITIVE_INFINITY);
  let worst = 0;
  for (let run = 0; run < runs; run += 1) {
    const random = seededRandom(9);
    const driver = new Driver(1);
    const ids = new Int32Array(orders);
    for (let index = 0; index < best.length; index += 1) {
      const over = index - orders;
      const at = over < 0 ? index : Math.floor(random() * orders);
      const side = (at & 1) as Side;
      const price = behind(side, random);
      const startedMs = performance.now();
      if (over < 0 || over % 2 === 1) ids[at] = driver.place(1, side, price, 10);
      else driver.cancel(1, ids[at]!);
      const tookMs = performance.now() - startedMs;
      if (tookMs < best[index]!) best[index] = tookMs;
      if (tookMs > worst) worst = tookMs;
    }
  }
  let own = 0;
  for (const tookMs of best) own = Math.max(own, tookMs);
  const row = rowOf("core.max-pause", "ms", [own], {
    note: `to ${orders} resting orders; max: with the machine's`,
  });
  return { ...row, max: worst, runs };
}
