import type { Clock, MarketDataReader, MarketDataStream, MarketTrade } from "../../../engine/ports.ts";
import type { StoredCandle } from "./traded.ts";

/** Candles of a symbol that begin in [fromMs, toMs), the newest `limit`, oldest first; those without trades left out. */
export interface CandleQuery {
  readonly symbol: string;
  readonly intervalSeconds: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly limit: number;
}

/**
 * What market data is made of. Faults of the records are UnavailableErrors; whoever gives these tells the log
 * of them (`FaultLog`), since a market only tries again.
 */
export interface MarketSources {
  readonly stream: Pick<MarketDataStream, "subscribe">;
  readonly reader: Pick<MarketDataReader, "depth">;
  /** Committed trades of the last 30 days, newest first. */
  trades(symbol: number, limit: number): Promise<readonly MarketTrade[]>;
  candles(query: CandleQuery): Promise<readonly StoredCandle[]>;
  readonly clock: Clock;
}
