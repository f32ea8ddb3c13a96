import fc from "fast-check";
import { DocumentCheck, type OpenApiDocument } from "../support/document-check.ts";
import { type FuzzRequest, requestsOf } from "./requests.ts";

/** Requests out of the document at a running engine; every answer is held against it. */
export interface FuzzOptions {
  readonly origin: string;
  readonly requests: number;
  readonly seed: number;
  /** How many are in flight at a time. */
  readonly atOnce: number;
  readonly onProgress?: (sent: number) => void;
}

export interface FuzzReport {
  readonly sent: number;
  /** By operation and status. */
  readonly answers: ReadonlyMap<string, number>;
  /** What should not have been; at most 20. */
  readonly faults: readonly string[];
}

const CHUNK = 500;
const MOST_FAULTS = 20;
const MOST_KEPT = 200;
/** Longer ones mean that a request hangs. */
const ANSWER_WITHIN_MS = 30_000;

const SYMBOLS = ["BTC/USDT", "ETH/USDT", "FUZZ/USD"];

export async function fuzz(options: FuzzOptions): Promise<FuzzReport> {
  const document = (await (await fetch(`${options.origin}/openapi.json`)).json()) as OpenApiDocument;
  const check = new DocumentCheck(document);
  const ids: Record<string, string[]> = { orderId: [], listId: [], keyId: [] };
  const pools = {
    symbol: () => SYMBOLS,
    "path symbol": () => SYMBOLS.map((symbol) => symbol.replace("/", "-")),
    group: () => ["main", "nowhere"],
    orderId: () => ids["orderId"] ?? [],
    listId: () => ids["listId"] ?? [],
    keyId: () => ids["keyId"] ?? [],
    clientOrderId: () => ["c1", "c2", "c3"],
    price: () => ["50000.00", "49999.99", "50000.01", "3000.00"],
    quantity: () => ["0.01", "0.001", "1", "0.5"],
    side: () => ["BUY", "SELL"],
    userId: () => ["nobody"],
  };
  const requests = requestsOf(document, pools);
  const answers = new Map<string, number>();
  const faults: string[] = [];
  let sent = 0;

  const send = async (request: FuzzRequest): Promise<void> => {
    const fault = await faultOf(request, options.origin, check, (status, body) => {
      const key = `${request.operation} ${status}`;
      answers.set(key, (answers.get(key) ?? 0) + 1);
      keepIds(ids, body);
    });
    if (fault !== null && faults.length < MOST_FAULTS) faults.push(fault);
  };

  for (let chunk = 0; sent < options.requests && faults.length < MOST_FAULTS; chunk += 1) {
    const numRuns = Math.min(CHUNK, options.requests - sent);
    const batch = fc.sample(requests, { numRuns, seed: options.seed + chunk });
    const next = batch.values();
    await Promise.all(
      Array.from({ length: options.atOnce }, async () => {
        for (const request of next) await send(request);
      }),
    );
    sent += batch.length;
    options.onProgress?.(sent);
    await reopen(options.origin);
  }
  return { sent, answers, faults };
}

/** Null where the answer is as the document says, and no fault of the server's. */
async function faultOf(
  request: FuzzRequest,
  origin: string,
  check: DocumentCheck,
  heard: (status: number, body: unknown) => void,
): Promise<string | null> {
  const { method, target, headers, body } = request;
  const shown = `${method} ${target.slice(0, 300)} ${(body ?? "").slice(0, 600)}`;
  try {
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
    const init: RequestInit = {
      method,
      headers: sendable(headers),
      signal,
      ...(body === null ? {} : { body: body.toWellFormed() }),
    };
    const response = await fetch(`${origin}${target}`, init);
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.includes("json") === true;
    const answer = isJson ? (JSON.parse(text) as unknown) : null;
    heard(response.status, answer);
    if (response.status >= 500) return `${shown}\n  → ${response.status} ${text.slice(0, 300)}`;
    const { pathname } = new URL(`${origin}${target}`);
    check.check(method, pathname, { status: response.status, headers: response.headers, body: answer });
    return null;
  } catch (error) {
    return `${shown}\n  → ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** What the client itself would refuse to send is left out. */
function sendable(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([, value]) => value !== "" && /^[\x20-\x7e]*$/.test(value)),
  );
}

function keepIds(ids: Record<string, string[]>, body: unknown): void {
  for (const [, name = "", id = ""] of JSON.stringify(body ?? "").matchAll(
    /"(orderId|listId|keyId)":"([0-9a-f-]{36})"/g,
  )) {
    const kept = ids[name];
    if (kept === undefined) continue;
    if (kept.length >= MOST_KEPT) kept.shift();
    kept.push(id);
  }
}

/** A pair that was halted or delisted on the way would answer the same to all that follows. */
async function reopen(origin: string): Promise<void> {
  for (const symbol of SYMBOLS) {
    await fetch(`${origin}/api/v1/admin/symbols/${symbol.replace("/", "-")}`, {
      method: "PATCH",
      headers: { authorization: "Bearer dev:operator", "content-type": "application/json" },
      body: JSON.stringify({ status: "ACTIVE" }),
    }).then((response) => response.arrayBuffer());
  }
}
