import { formatTickLots, formatUnits } from "../../../engine/core/decimal.ts";
import type { SymbolSpec } from "../../../engine/core/symbol-spec.ts";
import type { BookLevel } from "../../../engine/ports.ts";
import { isoTime } from "../../convert/order-body.ts";
import type { TickerBody } from "../../schemas/stream-market.ts";
import type { DayFigures } from "./day-figures.ts";
import { formatLots } from "./traded.ts";

/** The 24 hours' figures as they are told. */
export function tickerBody(
  spec: SymbolSpec,
  day: DayFigures,
  best: { readonly bid: BookLevel | undefined; readonly ask: BookLevel | undefined },
  nowMs: number,
): TickerBody {
  const price = (ticks: number | null | undefined): string | null =>
    ticks === null || ticks === undefined ? null : formatUnits(ticks, spec.priceStep);
  const quantity = (level: BookLevel | undefined): string | null =>
    level === undefined ? null : formatUnits(level.quantity, spec.quantityStep);
  const change = day.last === null || day.open === null ? null : day.last - day.open;
  return {
    symbol: spec.name,
    time: isoTime(nowMs),
    last: price(day.last),
    open: price(day.open),
    high: price(day.high),
    low: price(day.low),
    volume: formatLots(day.volume, spec.quantityStep),
    quoteVolume: formatTickLots(day.quoteVolume, spec.priceStep, spec.quantityStep),
    change: change === null ? null : sign(change) + formatUnits(Math.abs(change), spec.priceStep),
    changePercent: change === null || day.open === null ? null : percent(change, day.open),
    trades: day.trades,
    bidPrice: price(best.bid?.price),
    bidQuantity: quantity(best.bid),
    askPrice: price(best.ask?.price),
    askQuantity: quantity(best.ask),
  };
}

/** part ÷ whole in percent, half-even to 2 decimals. */
export function percent(part: number, whole: number): string {
  const numerator = BigInt(Math.abs(part)) * 10_000n;
  const denominator = BigInt(whole);
  let hundredths = numerator / denominator;
  const twice = (numerator % denominator) * 2n;
  if (twice > denominator || (twice === denominator && (hundredths & 1n) === 1n)) hundredths += 1n;
  const digits = String(hundredths).padStart(3, "0");
  return `${hundredths === 0n ? "" : sign(part)}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

function sign(value: number): string {
  return value < 0 ? "-" : "";
}
