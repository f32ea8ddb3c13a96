import { readdirSync } from "node:fs";
import { join } from "node:path";
import {
  emptyStream,
  loadMessage,
  type MessageStream,
  readStream,
  reportHash,
  workloadCommand,
  workloadCore,
} from "../support/workload.ts";
import { type BenchOptions, type BenchRow, medianOf, rowOf } from "./bench-row.ts";
import { callsOf, runCalls } from "./nodejs-order-book.ts";
import { applyPlainly, plainBookFor } from "./plain-book.ts";
import { generateStream, SCENARIOS } from "./workload-generator.ts";

/**
 * Messages a second of the core over message streams: the commands are made from decoded columns, applied, and their
 * events read. Left out: the wire, users (there is one), the world. The same messages are given to
 * nodejs-order-book, whose calls are made beforehand and whose reports are not read, with the core in turns. In turns,
 * too, goes a plain typed-array book: it says what the machine does on that day.
 */

const SEED = 7;
const FULL = { orders: 1_000_000, runs: 9, comparedRuns: 5 };
const QUICK = { orders: 5_000, runs: 2, comparedRuns: 1 };
/** A turn of the other engine, whose messages take longer the deeper the book is, ends after so long. */
const TURN_SECONDS = 5;
/** A turn of the core is as long, or so many times over the messages. */
const TIMES_A_TURN = 10;

/** What was read of events, so that reading is not optimised away. */
let read = 0;

export function benchStreams(options: BenchOptions): BenchRow[] {
  const size = options.quick ? QUICK : FULL;
  const rows: BenchRow[] = [];
  let slowest: BenchRow | null = null;
  const plain: { name: string; ours: number; theirs: number }[] = [];
  const ratios: { ratio: number; name: string; ours: number; theirs: number }[] = [];
  for (const { name, load } of streamsOf(options, size.orders)) {
    const stream = load();
    runStream(stream);
    runPlainly(stream);
    const rates: number[] = [];
    const plainRates: number[] = [];
    for (let run = 0; run < size.runs; run += 1) {
      rates.push(runStream(stream));
      plainRates.push(runPlainly(stream));
    }
    plain.push({ name, ours: medianOf(rates), theirs: medianOf(plainRates) });
    const row = rowOf(`core.${name}`, "messages/s", rates, { note: reportHash(stream) });
    rows.push(row);
    if (slowest === null || row.median < slowest.median) slowest = row;
    ratios.push({ name, ...compare(stream, size.comparedRuns) });
  }
  if (slowest !== null) rows.push({ ...slowest, name: "core.slowest", note: slowest.name });
  rows.push(plainRow(plain));
  const least = ratios.toSorted((left, right) => left.ratio - right.ratio)[0];
  if (least !== undefined) {
    rows.push(
      rowOf(
        "core.vs-nodejs-order-book",
        "ratio",
        ratios.map(({ ratio }) => ratio),
        {
          baseline: Math.round(least.theirs),
          ratio: least.ratio,
          note: ratios.map(({ name, ratio }) => `${name} ${ratio.toFixed(1)}`).join(", "),
        },
      ),
    );
  }
  // The figure others rely on is the lowest ratio.
  if (!(read > 0)) throw new Error("the streams made no events");
  return rows.map((row) => (row.name === "core.vs-nodejs-order-book" ? { ...row, median: row.min } : row));
}

function streamsOf(
  options: BenchOptions,
  orders: number,
): { readonly name: string; readonly load: () => MessageStream }[] {
  const { streams } = options;
  if (streams === null) {
    return SCENARIOS.map((name) => ({ name, load: () => generateStream(name, orders, SEED) }));
  }
  const files = readdirSync(streams).filter((file) => /\.bin(\.gz)?$/.test(file));
  if (files.length === 0) throw new Error(`no *.bin or *.bin.gz in ${streams}`);
  return files.sort().map((file) => ({
    name: file.replace(/\.bin(\.gz)?$/, ""),
    load: () => readStream(join(streams, file)) ?? emptyStream(0),
  }));
}

/** Messages a second of one run on a fresh core, over the first so many of the stream. */
function runStream(stream: MessageStream, count: number = stream.count): number {
  const core = workloadCore();
  const command = workloadCommand();
  const { events } = core;
  let whole = 0;
  let amounts = 0;
  const startedMs = performance.now();
  for (let index = 0; index < count; index += 1) {
    loadMessage(stream, index, command);
    command.sequence = index + 2;
    core.apply(command);
    for (let at = 0; at < events.count; at += 1) {
      whole += events.type[at]! + events.slot[at]!;
      amounts += events.price[at]! + events.quantity[at]!;
    }
  }
  const seconds = (performance.now() - startedMs) / 1_000;
  read = whole + amounts;
  return count / seconds;
}

/** Messages a second of one run on a plain typed-array book, its events read too. */
function runPlainly(stream: MessageStream): number {
  const book = plainBookFor(stream);
  const { count } = stream;
  let whole = 0;
  let amounts = 0;
  const startedMs = performance.now();
  for (let index = 0; index < count; index += 1) {
    applyPlainly(book, stream, index);
    for (let at = 0; at < book.eventCount; at += 1) {
      whole += book.eventType[at]! + book.eventOrder[at]!;
      amounts += book.eventPrice[at]! + book.eventQuantity[at]!;
    }
  }
  const seconds = (performance.now() - startedMs) / 1_000;
  read = whole + amounts;
  return count / seconds;
}

/** The plain book's figures over the streams, and the core's share of them where that is the least. */
function plainRow(figures: readonly { name: string; ours: number; theirs: number }[]): BenchRow {
  const shares = figures.map(({ ours, theirs }) => ours / theirs);
  const note = figures.map(({ name, theirs }) => `${name} ${(theirs / 1e6).toFixed(1)} M`).join(", ");
  const rates = figures.map(({ theirs }) => theirs);
  return rowOf("core.plain-book", "messages/s", rates, { ratio: Math.min(...shares), note });
}

/**
 * The core and nodejs-order-book by turns, over the same messages: the whole stream, or as much of its beginning as the
 * other gets through in the time. The core is so much faster that in its turn it goes over them several times, or else
 * what is tidied up after the other's turn (its garbage is the process's) would be most of what is measured.
 */
function compare(stream: MessageStream, runs: number): { ratio: number; ours: number; theirs: number } {
  const calls = callsOf(stream);
  const ours: number[] = [];
  const theirs: number[] = [];
  // The first turn is for the compiler.
  for (let run = 0; run <= runs; run += 1) {
    const { count, seconds } = runCalls(calls, TURN_SECONDS);
    let spentSeconds = 0;
    for (let times = 0; times < TIMES_A_TURN && spentSeconds < seconds; times += 1) {
      const rate = runStream(stream, count);
      spentSeconds += count / rate;
      if (run > 0) ours.push(rate);
    }
    if (run > 0) theirs.push(count / seconds);
  }
  const [our, their] = [medianOf(ours), medianOf(theirs)];
  return { ratio: our / their, ours: our, theirs: their };
}
