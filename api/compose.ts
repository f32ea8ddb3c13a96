import type { Clock, CommandPublisher, MarketDataReader } from "../engine/ports.ts";
import type { Config } from "../infra/config/config.ts";
import { createApp } from "./app.ts";
import type { ApiKeyStore } from "./auth/api-key.ts";
import { Authentication } from "./auth/authentication.ts";
import { authenticatorsOf } from "./auth/authenticators.ts";
import { assertDevTokensAllowed } from "./auth/dev-tokens.ts";
import type { NonceStore } from "./auth/nonces.ts";
import { SecretBox } from "./auth/secret-box.ts";
import { clockCheck } from "./clock-check.ts";
import type { App } from "./context.ts";
import { CommandDispatcher } from "./dispatch/dispatcher.ts";
import { ToldSequences } from "./dispatch/told-sequences.ts";
import { FaultLog } from "./fault-log.ts";
import { Limits } from "./limits/limits.ts";
import type { RateCounter } from "./limits/rates.ts";
import { type ApiObserver, type ApiTracer, quietObserver } from "./observer.ts";
import type { AdminAudit, ApiLogger, ApiReads, IdempotencyStore, ServiceCheck } from "./ports.ts";
import { randomPool } from "./random-pool.ts";
import { composeStream, type StreamSources } from "./stream/compose-stream.ts";
import type { StreamServer } from "./stream/stream-server.ts";
import { SymbolDirectory } from "./symbols.ts";

/** Where keys, nonces, rates and the operators' calls are kept. */
export interface AccessParts {
  readonly apiKeys: ApiKeyStore;
  readonly nonces: NonceStore;
  readonly rates: RateCounter;
  readonly adminAudit: AdminAudit;
}

/** What a process that serves the API has made of the outside world. */
export interface ApiParts {
  readonly config: Config;
  readonly version: string;
  readonly clock: Clock;
  readonly logger: ApiLogger;
  readonly publisher: CommandPublisher;
  readonly reads: ApiReads;
  readonly idempotency: IdempotencyStore;
  readonly marketData: MarketDataReader;
  readonly streamSources: StreamSources;
  readonly access: AccessParts;
  readonly checks: readonly ServiceCheck[];
  /** The database's clock, milliseconds. */
  databaseNowMs(): Promise<number>;
  /** Answer to this machine's own addresses only: the embedded run. */
  readonly loopbackOnly: boolean;
  /** Who measures; nobody unless given. */
  readonly observer?: ApiObserver;
  /** Who follows requests; nobody unless given. */
  readonly tracer?: ApiTracer | null;
}

export interface Api {
  readonly app: App;
  readonly dispatcher: CommandDispatcher;
  readonly stream: StreamServer;
}

/** Who Swagger UI calls as where dev tokens are on. */
const DOCS_TOKEN = "dev:alice";

/**
 * The API of one process. Throws an Error with one line for the operator where its settings must
 * not be served.
 */
export function composeApi(parts: ApiParts): Api {
  const { config, clock, logger, publisher, reads } = parts;
  assertDevTokensAllowed({ devTokens: config.auth.devTokens, production: config.isProduction });
  const { confirmTimeoutMs, resultTimeoutMs, freshOrderWaitMs, readTimeoutMs } = config.server;
  const { observer = quietObserver, tracer = null } = parts;
  const { apiKeys, nonces, rates, adminAudit } = parts.access;
  const secretBox = new SecretBox(config.auth.keyEncryptionKeys);
  const waits = { confirmTimeoutMs, resultTimeoutMs };
  const dispatcher = new CommandDispatcher({ publisher, clock, logger, observer, tracer, ...waits });
  const settings = {
    version: parts.version,
    freshOrderWaitMs,
    body: { maxBytes: config.limits.bodyBytes, timeoutMs: readTimeoutMs },
    batchBody: { maxBytes: config.limits.batchBodyBytes, timeoutMs: readTimeoutMs },
    trustedProxies: config.server.trustedProxies,
    corsOrigins: config.server.corsOrigins,
    loopbackOnly: parts.loopbackOnly,
    groups: config.symbols.groups,
    docsToken: config.auth.devTokens ? DOCS_TOKEN : "",
  };
  const listSymbols = new FaultLog(logger, "symbols").watching(() => reads.listSymbols());
  const symbols = new SymbolDirectory({ listSymbols }, clock);
  const told = new ToldSequences();
  const random = randomPool();
  const keys = {
    find: new FaultLog(logger, "API keys").watching((ids: readonly string[]) => apiKeys.find(ids)),
  };
  const authentication = new Authentication(
    authenticatorsOf({ settings: config.auth, clock, keys, nonces, box: secretBox, logger }),
    clock,
  );
  const { market, stream } = composeStream({
    settings: config.stream,
    version: parts.version,
    sources: parts.streamSources,
    reader: parts.marketData,
    authentication,
    observer,
    clock,
    logger,
    symbols,
    commands: { dispatcher, told, random, settings },
  });
  const app = createApp({
    settings,
    clock,
    random,
    logger,
    symbols,
    reads,
    idempotency: parts.idempotency,
    dispatcher,
    marketData: parts.marketData,
    market,
    stream,
    told,
    observer,
    tracer,
    checks: [...parts.checks, clockCheck(clock, () => parts.databaseNowMs())],
    authentication,
    limits: new Limits(config.limits, rates),
    apiKeys,
    secretBox,
    adminAudit,
  });
  return { app, dispatcher, stream };
}
