import { formatUnits } from "../../../engine/core/decimal.ts";
import type { SymbolSpec } from "../../../engine/core/symbol-spec.ts";
import type { MarketTrade } from "../../../engine/ports.ts";
import { isoTime } from "../../convert/order-body.ts";
import { sideName } from "../../schemas/names.ts";
import type { StreamMessageOf } from "../../schemas/stream.ts";
import type { SnapshotReason, StreamTrade } from "../../schemas/stream-market.ts";
import type { ChannelContent } from "../channel.ts";
import type { TradeTape } from "./trade-tape.ts";

const SNAPSHOT_TRADES = 50;

/** What `trades` tells of one symbol. */
export class TradesContent implements ChannelContent {
  readonly #channel: string;
  readonly #spec: SymbolSpec;
  readonly #tape: TradeTape;
  #fresh: MarketTrade[] = [];
  readonly isUnavailable = false;

  constructor(channel: string, spec: SymbolSpec, tape: TradeTape) {
    this.#channel = channel;
    this.#spec = spec;
    this.#tape = tape;
  }

  add(trades: readonly MarketTrade[]): void {
    for (const trade of trades) this.#fresh.push(trade);
  }

  /** The tape begins anew. */
  restart(): void {
    this.#fresh = [];
  }

  update(): string[] {
    if (this.#fresh.length === 0) return [];
    const message: StreamMessageOf<"trades.update"> = {
      type: "trades.update",
      channel: this.#channel,
      symbol: this.#spec.name,
      trades: this.#fresh.map((trade) => tradeBody(trade, this.#spec)),
    };
    this.#fresh = [];
    return [JSON.stringify(message)];
  }

  snapshot(reason: SnapshotReason): string | null {
    if (!this.#tape.isReady) return null;
    const message: StreamMessageOf<"trades.snapshot"> = {
      type: "trades.snapshot",
      channel: this.#channel,
      symbol: this.#spec.name,
      reason,
      trades: this.#tape.recent(SNAPSHOT_TRADES).map((trade) => tradeBody(trade, this.#spec)),
    };
    return JSON.stringify(message);
  }
}

/** A public trade as it is told. */
export function tradeBody(trade: MarketTrade, spec: SymbolSpec): StreamTrade {
  return {
    tradeId: trade.tradeId,
    price: formatUnits(trade.price, spec.priceStep),
    quantity: formatUnits(trade.quantity, spec.quantityStep),
    takerSide: sideName(trade.takerSide),
    executedAt: isoTime(trade.executedAtMs),
  };
}
