import { CANDLE_INTERVALS, type CandleInterval } from "../schemas/stream-fields.ts";

/** A channel taken apart. `symbol` is the pair with a slash. */
export type ChannelName =
  | { readonly kind: "depth" | "trades" | "ticker"; readonly symbol: string }
  | { readonly kind: "candles"; readonly symbol: string; readonly interval: CandleInterval }
  | { readonly kind: "orders" };

const PAIR = /^[A-Z0-9]{1,16}-[A-Z0-9]{1,16}$/;

/** Null: there is no such channel. */
export function parseChannel(text: string): ChannelName | null {
  if (text === "orders") return { kind: "orders" };
  const [kind, pair = "", interval, ...rest] = text.split(":");
  if (!PAIR.test(pair) || rest.length > 0) return null;
  const symbol = pair.replace("-", "/");
  if (kind === "candles") {
    return interval !== undefined && isInterval(interval) ? { kind, symbol, interval } : null;
  }
  if (interval !== undefined) return null;
  return kind === "depth" || kind === "trades" || kind === "ticker" ? { kind, symbol } : null;
}

function isInterval(text: string): text is CandleInterval {
  return Object.hasOwn(CANDLE_INTERVALS, text);
}
