import type { ApiClient } from "../api-client/client.ts";
import { createSymbol, findSymbol, openOrders, readDepth, serverTime } from "../api-client/endpoints.ts";
import type { Mapping } from "./batch-item.ts";
import { BatchSender } from "./batch-sender.ts";
import type { Comparison } from "./compare-records.ts";
import { MalformedLineError } from "./flow-command.ts";
import type { ReplayOptions } from "./options.ts";
import { type FlowStats, readOrderFlow } from "./order-flow.ts";
import { Pace } from "./pace.ts";
import type { Progress } from "./progress.ts";
import { compareBooks, compareTrades, ReadBack } from "./read-back.ts";
import { readBook, readTrades } from "./records-file.ts";
import { replay } from "./replay.ts";
import { Tally } from "./tally.ts";

/** The engine is not as this replay needs it; the message says what to do. */
export class NotReadyError extends Error {
  override readonly name = "NotReadyError";
}

export interface ReplayResult {
  readonly tally: Tally;
  readonly stats: FlowStats;
  readonly elapsedMs: number;
  readonly comparisons: readonly Comparison[];
  /** The malformed line that ended it, or null. */
  readonly stopped: MalformedLineError | null;
}

/** Malformed lines that are shown one by one when told to go on. */
const SHOWN_MALFORMED = 20;

/**
 * One replay: makes sure of the symbol, drives the engine, and reads the result back where records to
 * compare with are given.
 * @param runId of this run alone
 */
export async function runReplay(
  options: ReplayOptions,
  client: ApiClient,
  progress: Progress,
  runId: string,
): Promise<ReplayResult> {
  const expectedTrades = options.expectTrades === null ? null : await readTrades(options.expectTrades);
  const expectedBook = options.expectBook === null ? null : await readBook(options.expectBook);
  const compares = expectedTrades !== null || expectedBook !== null;
  await ensureSymbol(options, client, runId);
  if (compares) await ensureEmptyBook(options.symbol, client);
  const from = await serverTime(client);

  const mapping: Mapping = options;
  const flow = readOrderFlow(options.file, (error) => {
    if (options.keepGoing && flow.stats.malformed <= SHOWN_MALFORMED) progress.note(error.message);
    return options.keepGoing;
  });
  const readBack = compares ? new ReadBack(mapping) : null;
  const tally = new Tally();
  const startedMs = performance.now();
  let stopped: MalformedLineError | null = null;
  try {
    await replay(
      {
        commands: flow.commands,
        sender: new BatchSender(client, mapping, runId),
        batch: options.batch,
        pace: new Pace(options.speed),
        limit: options.limit,
        onResult: (command, result) => readBack?.note(command, result),
        onBatch: ({ commands }) => progress.at(commands, fractionDone(commands, flow.stats, options.limit)),
      },
      tally,
    );
  } catch (error) {
    if (!(error instanceof MalformedLineError)) throw error;
    stopped = error;
  }
  const elapsedMs = performance.now() - startedMs;
  const comparisons: Comparison[] = [];
  if (readBack !== null && expectedTrades !== null) {
    comparisons.push(compareTrades(expectedTrades, await readBack.trades(client, from)));
  }
  if (readBack !== null && expectedBook !== null) {
    comparisons.push(compareBooks(expectedBook, await readBack.book(client)));
  }
  return { tally, stats: flow.stats, elapsedMs, comparisons, stopped };
}

function fractionDone(commands: number, { file }: FlowStats, limit: number): number | null {
  if (limit < Number.MAX_SAFE_INTEGER) return Math.min(1, commands / limit);
  return file.sizeBytes === 0 ? null : Math.min(1, file.readBytes / file.sizeBytes);
}

async function ensureSymbol(options: ReplayOptions, client: ApiClient, runId: string): Promise<void> {
  const { symbol, create } = options;
  const found = await findSymbol(client, symbol);
  if (found !== null) {
    if (found.status === "ACTIVE") return;
    throw new NotReadyError(`${symbol} takes no orders: it is ${found.status}`);
  }
  if (create === null) {
    throw new NotReadyError(
      `There is no symbol ${symbol}. Make it with --create-symbol --tick 0.01 --lot 1 (its steps), or name another with --symbol.`,
    );
  }
  await createSymbol(client, { symbol, priceStep: create.tick, quantityStep: create.lot }, `${runId}-symbol`);
}

/** Records say what happens from an empty book; one with orders in it could only differ. */
async function ensureEmptyBook(symbol: string, client: ApiClient): Promise<void> {
  const depth = await readDepth(client, symbol, 1);
  const own = await openOrders(client, symbol).next();
  if ((depth?.bids.length ?? 0) + (depth?.asks.length ?? 0) === 0 && own.done === true) return;
  throw new NotReadyError(
    `The book of ${symbol} is not empty, so the expected records cannot fit. Replay into a new symbol: --symbol OTHER/USD --create-symbol …`,
  );
}
