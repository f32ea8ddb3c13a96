import process from "node:process";
import { createInterface } from "node:readline";
import { Authentication } from "../../api/auth/authentication.ts";
import { quietObserver } from "../../api/observer.ts";
import { serve } from "../../api/serve.ts";
import { MarketHub } from "../../api/stream/market/market-hub.ts";
import { OwnOrders } from "../../api/stream/orders/own-orders.ts";
import { StreamServer } from "../../api/stream/stream-server.ts";
import { SymbolDirectory } from "../../api/symbols.ts";
import type { SymbolSpec } from "../../engine/core/symbol-spec.ts";
import { SymbolStatus } from "../../engine/core/terms.ts";
import type { BookLevel } from "../../engine/ports.ts";
import { EmbeddedMarketData } from "../../infra/embedded/market-data.ts";
import { systemClock } from "../../infra/system-time.ts";

/**
 * Program of the fan-out bench: the stream as an API process serves it, behind a book of 1,000 levels a side
 * that changes so many times a second, at planned times: sequence s is made at start + s × period, however
 * late the process is, and carries that time.
 *
 * Lines in: `rate 500`, `rss`. Lines out: JSON.
 */

const PAIR: SymbolSpec = {
  symbol: 1,
  name: "BTC/USDT",
  base: "BTC",
  quote: "USDT",
  priceStep: "0.01",
  quantityStep: "0.00001",
  minPrice: 1,
  maxPrice: 100_000_000,
  minQuantity: 1,
  maxQuantity: 900_000_000,
  minNotional: 0n,
  priceBandBps: 0,
  referencePrice: 0,
  sessionEndMinute: 0,
  maxOpenOrders: 0,
  status: SymbolStatus.Active,
};
const LEVELS = 1_000;
const MIDDLE = 5_000_000;

const settings = {
  maxConnections: 20_000,
  maxConnectionsPerAddress: 20_000,
  maxChannels: 10,
  maxMessagesPerSecond: 200,
  bufferBytes: 512 * 1024,
  idleTimeoutMs: 30_000,
  messagesPerSecond: Number(process.argv[2] ?? 40_000),
  depthLevels: 1_000,
};
const clock = systemClock;
const logger = { debug() {}, info() {}, warn() {}, error() {} };
const store = new EmbeddedMarketData();
const nothing = async (): Promise<never[]> => [];
const symbols = new SymbolDirectory({ listSymbols: async () => [{ spec: PAIR, group: "main" }] }, clock);
const reads = {
  openOrders: async () => ({ positions: [], orders: [] }),
  positions: nothing,
  journal: nothing,
  journalAt: async () => null,
};
const market = new MarketHub(
  { stream: store, reader: store, trades: nothing, candles: nothing, clock },
  settings,
);
let connections = 0;
const stream = new StreamServer({
  settings,
  version: "bench",
  clock,
  logger,
  observer: quietObserver,
  symbols,
  authentication: new Authentication([], clock),
  market,
  ownOrders: new OwnOrders({ committed: store.committed, reads, symbols, clock, logger }),
  newId: () => String(++connections),
  cancelOrders: async () => undefined,
});
const server = await serve({
  hostname: "127.0.0.1",
  port: 0,
  readTimeoutMs: 15_000,
  writeTimeoutMs: 15_000,
  fetch: (_request, { peerAddress, upgradeOffer }) => {
    if (upgradeOffer !== undefined) upgradeOffer.accept = stream.accept(peerAddress);
    return new Response(null, { status: 426 });
  },
});

let sequence = 1;
const at = { group: "main", symbol: PAIR.symbol, timeline: "bench", epoch: 1 };
const side = (sign: number): BookLevel[] =>
  Array.from({ length: LEVELS }, (_, place) => ({
    price: MIDDLE + sign * (place + 1),
    quantity: 100_000,
    orders: 1,
  }));
const timeMs = clock.nowMs();
await store.write([
  { ...at, previousSequence: 0, sequence, timeMs, full: true, bids: side(-1), asks: side(1), trades: [] },
]);

/** Two levels near the top change with each update, as one order that trades or comes does. */
function change(plannedMs: number): void {
  const previousSequence = sequence++;
  const level = (sign: number): BookLevel => ({
    price: MIDDLE + sign * (1 + ((sequence * 7) % 40)),
    quantity: 1 + ((sequence * 104_729) % 100_000),
    orders: 1 + (sequence % 5),
  });
  void store.write([
    {
      ...at,
      previousSequence,
      sequence,
      timeMs: plannedMs,
      full: false,
      bids: [level(-1)],
      asks: [level(1)],
      trades: [],
    },
  ]);
}

let timer: ReturnType<typeof setInterval> | undefined;

/** Answers where the plan begins: sequence `sequence` + n is made at `startMs` + n × `periodMs`. */
function run(perSecond: number): void {
  clearInterval(timer);
  const startMs = clock.nowMs() + 100;
  const periodMs = 1_000 / perSecond;
  const first = sequence;
  process.stdout.write(`${JSON.stringify({ first, startMs, periodMs })}\n`);
  timer = setInterval(() => {
    for (;;) {
      const plannedMs = startMs + (sequence + 1 - first) * periodMs;
      if (plannedMs > clock.nowMs()) return;
      change(plannedMs);
    }
  }, 1);
}

process.stdout.write(`${JSON.stringify({ port: server.port })}\n`);
createInterface({ input: process.stdin })
  .on("line", (line) => {
    const [word, figure] = line.split(" ");
    if (word === "rate") run(Number(figure));
    else
      process.stdout.write(
        `${JSON.stringify({ rss: process.memoryUsage().rss, clients: stream.size, slow: stream.slow })}\n`,
      );
  })
  .on("close", () => process.exit(0));
