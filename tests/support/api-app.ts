import { createApp } from "../../api/app.ts";
import type { ApiKeyStore } from "../../api/auth/api-key.ts";
import { Authentication } from "../../api/auth/authentication.ts";
import { devTokens } from "../../api/auth/dev-tokens.ts";
import { SecretBox } from "../../api/auth/secret-box.ts";
import type { ApiSettings, App } from "../../api/context.ts";
import { CommandDispatcher } from "../../api/dispatch/dispatcher.ts";
import { ToldSequences } from "../../api/dispatch/told-sequences.ts";
import { Limits } from "../../api/limits/limits.ts";
import { LocalRates } from "../../api/limits/local-rates.ts";
import { quietObserver } from "../../api/observer.ts";
import type { ApiReads, IdempotencyStore, ListedSymbol, ServiceCheck } from "../../api/ports.ts";
import { randomPool } from "../../api/random-pool.ts";
import { composeStream, type StreamSources } from "../../api/stream/compose-stream.ts";
import type { StreamSettings } from "../../api/stream/limits.ts";
import { SymbolDirectory } from "../../api/symbols.ts";
import type { SymbolSpec } from "../../engine/core/symbol-spec.ts";
import { SymbolStatus } from "../../engine/core/terms.ts";
import type { CommandPublisher } from "../../engine/ports.ts";
import { decodeCommandMessage } from "../../engine/wire/message.ts";
import { EmbeddedMarketData } from "../../infra/embedded/market-data.ts";
import { committedDocument } from "./document-check.ts";

/**
 * The API with nothing behind it: what it refuses at its edge needs no engine and no database, and
 * must reach neither. Whatever it sends is kept to be looked at, and answered as the test says.
 */

const BTC_USDT: SymbolSpec = {
  symbol: 1,
  name: "BTC/USDT",
  base: "BTC",
  quote: "USDT",
  priceStep: "0.01",
  quantityStep: "0.00001",
  minPrice: 100,
  maxPrice: 100_000_000,
  minQuantity: 10,
  maxQuantity: 900_000_000,
  minNotional: 5_00n * 100_000n,
  priceBandBps: 0,
  referencePrice: 0,
  sessionEndMinute: 0,
  maxOpenOrders: 0,
  status: SymbolStatus.Active,
};

/** Keeps what is published; `onPublish` decides whether it is confirmed. */
export class KeptMessages implements CommandPublisher {
  readonly replyAddress = "test";
  readonly published: { readonly group: string; readonly message: Uint8Array }[] = [];
  onPublish: (group: string, message: Uint8Array) => Promise<void> = () => Promise.resolve();
  #listener: (message: Uint8Array) => void = () => undefined;

  publish(group: string, message: Uint8Array): Promise<void> {
    this.published.push({ group, message });
    return this.onPublish(group, message);
  }
  onReply(listener: (message: Uint8Array) => void): void {
    this.#listener = listener;
  }
  reply(message: Uint8Array): void {
    this.#listener(message);
  }
  healthy(): boolean {
    return true;
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
  /** How many commands went out, in all messages. */
  get commands(): number {
    return this.published.reduce(
      (count, { message }) => count + (decodeCommandMessage(message)?.commands.length ?? 0),
      0,
    );
  }
}

export interface TestApi {
  readonly app: App;
  readonly publisher: KeptMessages;
  /** Asks as `alice`, with JSON where a body is given. */
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Asked>;
}

export interface Asked {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

const SETTINGS: ApiSettings = {
  version: "0.0.0-test",
  freshOrderWaitMs: 20,
  body: { maxBytes: 64 * 1024, timeoutMs: 1_000 },
  batchBody: { maxBytes: 256 * 1024, timeoutMs: 1_000 },
  trustedProxies: [],
  corsOrigins: [],
  loopbackOnly: false,
  groups: ["main"],
  docsToken: "",
};

const STREAM_SETTINGS: StreamSettings = {
  maxConnections: 100,
  maxConnectionsPerAddress: 100,
  maxChannels: 10,
  maxMessagesPerSecond: 20,
  bufferBytes: 64 * 1024,
  idleTimeoutMs: 5_000,
  messagesPerSecond: 40_000,
  depthLevels: 100,
};

/** Nothing happened, and nothing does. */
export function quietSources(marketData: EmbeddedMarketData): StreamSources {
  return {
    updates: marketData,
    committed: marketData.committed,
    ownOrders: {
      openOrders: () => Promise.resolve({ positions: [], orders: [] }),
      positions: () => Promise.resolve([]),
      journal: () => Promise.resolve([]),
      journalAt: () => Promise.resolve(null),
    },
    trades: () => Promise.resolve([]),
    candles: () => Promise.resolve([]),
  };
}

export function testApi(
  settings: Partial<ApiSettings> = {},
  symbols = [BTC_USDT],
  checks: readonly ServiceCheck[] = [],
): TestApi {
  const clock = { nowMs: () => Date.now() };
  const logger = { debug() {}, info() {}, warn() {}, error() {} };
  const publisher = new KeptMessages();
  const reads = emptyReads(symbols.map((spec) => ({ spec, group: "main" })));
  const directory = new SymbolDirectory(reads, clock);
  const marketData = new EmbeddedMarketData();
  const waits = { confirmTimeoutMs: 100, resultTimeoutMs: 100 };
  const commands = {
    settings: { ...SETTINGS, ...settings },
    random: randomPool(),
    dispatcher: new CommandDispatcher({ publisher, clock, logger, ...waits }),
    told: new ToldSequences(),
  };
  const authentication = new Authentication([devTokens()], clock);
  const app = createApp({
    ...commands,
    ...composeStream({
      settings: STREAM_SETTINGS,
      version: SETTINGS.version,
      sources: quietSources(marketData),
      reader: marketData,
      authentication,
      observer: quietObserver,
      clock,
      logger,
      symbols: directory,
      commands,
    }),
    clock,
    logger,
    symbols: directory,
    reads,
    idempotency: neverAsked,
    marketData,
    observer: quietObserver,
    tracer: null,
    checks,
    authentication,
    limits: new Limits({ orders: null, cancels: null, reads: null, address: null }, new LocalRates()),
    apiKeys: noKeys,
    secretBox: new SecretBox([]),
    adminAudit: { append: () => Promise.resolve() },
  });
  const ask: TestApi["ask"] = async (method, path, body, headers = {}) => {
    const given: Record<string, string> = { authorization: "Bearer dev:alice", ...headers };
    const init: RequestInit = { method, headers: given };
    if (body !== undefined) {
      given["content-type"] ??= "application/json";
      init.body = isRaw(body) ? body : JSON.stringify(body);
    }
    const response = await app.request(path, init);
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.includes("json") === true;
    const { status, headers: answered } = response;
    const told = isJson ? JSON.parse(text) : { text };
    const [address = ""] = path.split("?");
    if (isJson) committedDocument().check(method, address, { status, headers: answered, body: told });
    return { status, headers: answered, body: told };
  };
  return { app, publisher, ask };
}

function isRaw(body: unknown): body is string | Uint8Array<ArrayBuffer> {
  return typeof body === "string" || body instanceof Uint8Array;
}

function emptyReads(listed: readonly ListedSymbol[]): ApiReads {
  return {
    listSymbols: () => Promise.resolve(listed),
    order: () => Promise.resolve(null),
    orderByClientId: () => Promise.resolve(null),
    orders: () => Promise.resolve([]),
    ordersOfList: () => Promise.resolve([]),
    trades: () => Promise.resolve([]),
    listGroups: () => Promise.resolve([]),
    journal: () => Promise.resolve(null),
    reserveSymbolNumber: () => Promise.resolve(2),
  };
}

const noKeys: ApiKeyStore = {
  find: () => Promise.resolve([]),
  add: () => Promise.resolve(true),
  ofUser: () => Promise.resolve([]),
  revoke: () => Promise.resolve(),
};

const neverAsked: IdempotencyStore = {
  claim: () => Promise.reject(new Error("nothing to be kept")),
  answer: () => Promise.reject(new Error("nothing to be kept")),
  release: () => Promise.reject(new Error("nothing to be kept")),
};
