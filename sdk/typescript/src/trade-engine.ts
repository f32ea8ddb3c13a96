import { type Credentials, callerHeaders } from "./credentials.ts";
import { createClient } from "./generated/client/index.ts";
import { TradeEngine } from "./generated/index.ts";
import { retryingFetch } from "./retrying-fetch.ts";

export interface TradeEngineOptions {
  /** Without a path: `https://exchange.example`. */
  readonly baseUrl: string;
  /** Without them only public calls are answered. */
  readonly credentials?: Credentials;
  /** How long one call is tried for; 30 seconds unless told otherwise, 0 for one attempt. */
  readonly giveUpAfterMs?: number;
  /** How long one attempt may take; 10 seconds unless told otherwise. */
  readonly attemptTimeoutMs?: number;
  /** How far the API's clock is ahead of this machine's (`getTime` tells it): goes into signatures. */
  readonly clockOffsetMs?: number;
  /** In place of the runtime's own. */
  readonly fetch?: typeof fetch;
}

/**
 * The engine, with a method for each call: `engine.placeOrder({ body })`. Each gives `{ data, error,
 * response }`: `error` is the problem document (`code`, `detail`, `errors`); with `throwOnError: true` it
 * is thrown. Amounts are decimal strings.
 */
export function createTradeEngine(options: TradeEngineOptions): TradeEngine {
  const caller = callerHeaders(options.credentials, options.clockOffsetMs);
  const client = createClient({
    baseUrl: options.baseUrl,
    fetch: retryingFetch(caller, {
      giveUpAfterMs: options.giveUpAfterMs ?? 30_000,
      attemptTimeoutMs: options.attemptTimeoutMs ?? 10_000,
      fetch: options.fetch ?? fetch,
    }),
  });
  return new TradeEngine({ client });
}
