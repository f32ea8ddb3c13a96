import type { Clock, MarketDataReader, MarketDataStream, MarketTrade } from "../../../engine/ports.ts";
import type { ApiLogger } from "../../ports.ts";
import type { StoredCandle } from "./traded.ts";

/** Candles of a symbol that begin in [fromMs, toMs), the newest `limit`, oldest first; those without trades left out. */
export interface CandleQuery {
  readonly symbol: string;
  readonly intervalSeconds: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly limit: number;
}

/** What market data is made of. Faults of the records are UnavailableErrors. */
export interface MarketSources {
  readonly stream: MarketDataStream;
  readonly reader: Pick<MarketDataReader, "depth">;
  /** Committed trades of the last 30 days, newest first. */
  trades(symbol: number, limit: number): Promise<readonly MarketTrade[]>;
  candles(query: CandleQuery): Promise<readonly StoredCandle[]>;
  readonly clock: Clock;
  readonly logger: ApiLogger;
}
