import { type ApiAnswer, type ApiClient, ApiRefusedError, problemCode } from "./client.ts";

/**
 * What the tools read of the public API's answers. They use the API as any client would, by its
 * document, and share no code with it; amounts are decimal strings.
 */

export interface SymbolBody {
  readonly symbol: string;
  readonly symbolNumber: number;
  readonly status: string;
  readonly priceStep: string;
  readonly quantityStep: string;
}

export interface NewSymbol {
  /** `BTC/USDT` */
  readonly symbol: string;
  readonly priceStep: string;
  readonly quantityStep: string;
}

export interface LevelBody {
  readonly price: string;
  readonly quantity: string;
  readonly orders: number;
}

export interface DepthBody {
  readonly sequence: number;
  readonly bids: readonly LevelBody[];
  readonly asks: readonly LevelBody[];
}

export interface FillBody {
  readonly tradeId: string;
  readonly price: string;
  readonly quantity: string;
  readonly liquidity: "MAKER" | "TAKER";
}

export interface OrderBody {
  readonly orderId: string;
  readonly clientOrderId: string | null;
  readonly symbol: string;
  readonly side: "BUY" | "SELL";
  readonly timeInForce: string;
  readonly status: "PENDING" | "OPEN" | "PARTIALLY_FILLED" | "FILLED" | "CANCELLED" | "REJECTED" | "EXPIRED";
  readonly price: string | null;
  readonly quantity: string | null;
  readonly displayQuantity: string | null;
  readonly filledQuantity: string;
  readonly filledQuote: string;
  readonly remainingQuantity: string | null;
  readonly sequence: number | null;
  readonly reason: string | null;
  readonly fills?: readonly FillBody[];
}

/** One side of a trade: a trade of the caller with themselves is told twice. */
export interface OwnTradeBody {
  readonly tradeId: string;
  readonly orderId: string;
  readonly liquidity: "MAKER" | "TAKER";
  readonly price: string;
  readonly quantity: string;
  /** Of the command that traded. */
  readonly sequence: number;
}

const PAGE = 1000;
const UNKNOWN_BOOK = "MARKET_DATA_UNAVAILABLE";

/** `BTC/USDT` as it stands in a path: `BTC-USDT`. */
export function inPath(symbol: string): string {
  return symbol.replace("/", "-");
}

/** The pair, or null when there is none. */
export async function findSymbol(client: ApiClient, symbol: string): Promise<SymbolBody | null> {
  const answer = await client.ask({ method: "GET", path: `/api/v1/symbols/${inPath(symbol)}` });
  if (answer.status === 404) return null;
  return bodyOf<SymbolBody>(answer, 200, `symbol ${symbol}`);
}

/** API processes keep copies of the pairs for about a second. */
const KNOWN_EVERYWHERE_WITHIN_MS = 10_000;
const COPY_PAUSE_MS = 50;

/**
 * Makes a pair with the widest limits that there are, and waits until every address knows it; one that
 * exists already is an ApiRefusedError (SYMBOL_EXISTS).
 */
export async function createSymbol(client: ApiClient, symbol: NewSymbol, key: string): Promise<SymbolBody> {
  const answer = await client.ask({
    method: "POST",
    path: "/api/v1/admin/symbols",
    body: symbol,
    idempotencyKey: key,
  });
  const body = bodyOf<SymbolBody>(answer, 201, `making ${symbol.symbol}`);
  if (client.urls.length > 1)
    await Promise.all(client.urls.map((url) => untilKnown(client, symbol.symbol, url)));
  return body;
}

async function untilKnown(client: ApiClient, symbol: string, url: string): Promise<void> {
  const deadline = performance.now() + KNOWN_EVERYWHERE_WITHIN_MS;
  for (;;) {
    const answer = await client.ask({ method: "GET", path: `/api/v1/symbols/${inPath(symbol)}`, url });
    if (answer.status === 200) return;
    if (answer.status !== 404 || performance.now() > deadline) {
      throw new ApiRefusedError(`${symbol} at ${url}`, answer);
    }
    await new Promise((resolve) => setTimeout(resolve, COPY_PAUSE_MS));
  }
}

/** The visible book, best first; null while the API knows of none (a new pair's). */
export async function readDepth(client: ApiClient, symbol: string, limit: number): Promise<DepthBody | null> {
  const path = `/api/v1/markets/${inPath(symbol)}/depth?limit=${limit}`;
  const answer = await client.ask({ method: "GET", path, answers: [UNKNOWN_BOOK] });
  if (problemCode(answer.body) === UNKNOWN_BOOK) return null;
  return bodyOf<DepthBody>(answer, 200, `depth of ${symbol}`);
}

/** The caller's open orders of a symbol, newest first. */
export function openOrders(client: ApiClient, symbol: string): AsyncGenerator<OrderBody> {
  const query = `symbol=${encodeURIComponent(symbol)}&status=OPEN,PARTIALLY_FILLED`;
  return pages<OrderBody>(client, `/api/v1/orders?${query}`, "orders");
}

/**
 * The caller's own trades, newest first, a side at a time.
 * @param from ISO 8601: none from before it
 */
export function ownTrades(client: ApiClient, symbol: string, from: string): AsyncGenerator<OwnTradeBody> {
  const query = `symbol=${encodeURIComponent(symbol)}&from=${encodeURIComponent(from)}`;
  return pages<OwnTradeBody>(client, `/api/v1/trades?${query}`, "trades");
}

/** The server's clock, ISO 8601. */
export async function serverTime(client: ApiClient): Promise<string> {
  const answer = await client.ask({ method: "GET", path: "/api/v1/time" });
  return bodyOf<{ readonly time: string }>(answer, 200, "time").time;
}

/** The body of an answer with the status that is expected; another one is an ApiRefusedError. */
export function bodyOf<T>(answer: ApiAnswer, status: number, what: string): T {
  if (answer.status !== status || answer.body === null) throw new ApiRefusedError(what, answer);
  return answer.body as T;
}

async function* pages<T>(client: ApiClient, path: string, key: "orders" | "trades"): AsyncGenerator<T> {
  let cursor: string | null = null;
  do {
    const next: string = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const answer = await client.ask({ method: "GET", path: `${path}&limit=${PAGE}${next}` });
    const page = bodyOf<Readonly<Record<string, unknown>>>(answer, 200, key);
    yield* page[key] as readonly T[];
    cursor = typeof page["nextCursor"] === "string" ? page["nextCursor"] : null;
  } while (cursor !== null);
}
