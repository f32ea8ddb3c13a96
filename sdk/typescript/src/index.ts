/** Client of the trade engine's HTTP API. The stream client is `trade-engine-client/stream`. */
export type { Credentials } from "./credentials.ts";
export * from "./generated/index.ts";
export { createTradeEngine, type TradeEngineOptions } from "./trade-engine.ts";
