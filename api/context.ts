import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Clock, MarketDataReader } from "../engine/ports.ts";
import type { ApiKeyStore } from "./auth/api-key.ts";
import type { Authentication } from "./auth/authentication.ts";
import type { Principal } from "./auth/principal.ts";
import type { SecretBox } from "./auth/secret-box.ts";
import type { CommandDispatcher } from "./dispatch/dispatcher.ts";
import type { ToldSequences } from "./dispatch/told-sequences.ts";
import type { Limits, RateHeaders } from "./limits/limits.ts";
import type { BodyLimits } from "./middleware/body-limits.ts";
import type { ApiObserver, ApiTracer } from "./observer.ts";
import type { AdminAudit, ApiLogger, ApiReads, IdempotencyStore, ServiceCheck } from "./ports.ts";
import type { Peer } from "./serve.ts";
import type { MarketHub } from "./stream/market/market-hub.ts";
import type { StreamServer } from "./stream/stream-server.ts";
import type { SymbolDirectory } from "./symbols.ts";

/** Settings of the API's own, already checked. Durations in milliseconds. */
export interface ApiSettings {
  readonly version: string;
  /** How long a GET of a fresh id waits for the records to know it. */
  readonly freshOrderWaitMs: number;
  readonly body: BodyLimits;
  /** Of a batch, the largest body that any route takes. */
  readonly batchBody: BodyLimits;
  /** Whose word in X-Forwarded-For counts: addresses and networks (CIDR). */
  readonly trustedProxies: readonly string[];
  /** Whose pages may call; "*" for anybody's. */
  readonly corsOrigins: readonly string[];
  /** Answer to no other Host and to pages of no other Origin than this machine's own. */
  readonly loopbackOnly: boolean;
  /** Groups that exist without any symbol yet; new symbols go to the first unless told otherwise. */
  readonly groups: readonly string[];
  /** Put into Swagger UI's authorize box; "" for none. */
  readonly docsToken: string;
}

/** What handlers work with; they keep nothing that matters of their own. */
export interface ApiServices {
  readonly settings: ApiSettings;
  readonly clock: Clock;
  /** That many random bytes. */
  random(bytes: number): Uint8Array;
  readonly logger: ApiLogger;
  readonly symbols: SymbolDirectory;
  readonly reads: ApiReads;
  readonly authentication: Authentication;
  readonly limits: Limits;
  readonly apiKeys: ApiKeyStore;
  readonly secretBox: SecretBox;
  readonly adminAudit: AdminAudit;
  readonly idempotency: IdempotencyStore;
  readonly dispatcher: CommandDispatcher;
  readonly marketData: MarketDataReader;
  /** The markets as this process follows them. */
  readonly market: MarketHub;
  /** WebSocket clients. */
  readonly stream: StreamServer;
  readonly told: ToldSequences;
  readonly observer: ApiObserver;
  /** Null where traces are off. */
  readonly tracer: ApiTracer | null;
  /** What `GET /ready` asks. */
  readonly checks: readonly ServiceCheck[];
}

export interface AppEnv {
  Bindings: Partial<Peer>;
  Variables: {
    requestId: string;
    /** Whom the request comes from, an honest proxy's word included; "" where unknown. */
    address: string;
    principal: Principal | null;
    /** How much the caller has left, for the answer. */
    rateHeaders: RateHeaders;
    /** The body as it came, once it has been read. */
    rawBody: Uint8Array | undefined;
  };
}

export type App = OpenAPIHono<AppEnv>;
export type AppContext = Context<AppEnv>;
