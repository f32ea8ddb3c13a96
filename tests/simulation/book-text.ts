import type { BookLevel } from "../../engine/ports.ts";

/** A book as text: bids and asks, best first. */
export function bookText(bids: readonly BookLevel[], asks: readonly BookLevel[]): string {
  const side = (side: readonly BookLevel[]): string =>
    side.map(({ price, quantity, orders }) => `${price}:${quantity}/${orders}`).join(" ");
  return `${side(bids)} | ${side(asks)}`;
}
