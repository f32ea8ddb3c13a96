import { crc32 } from "node:zlib";
import type { StreamLevel } from "../../schemas/stream-market.ts";

/** Levels of a side that count. */
export const CHECKSUM_LEVELS = 10;

/**
 * CRC32 of what shows at the top of a book, Kraken's way: of each level price and quantity as they are
 * written, without the point and without leading zeros; asks from the lowest up, then bids from the
 * highest down. https://docs.kraken.com/api/docs/guides/spot-ws-book-v2
 */
export function bookChecksum(asks: readonly StreamLevel[], bids: readonly StreamLevel[]): number {
  return crc32(textOf(asks) + textOf(bids));
}

function textOf(levels: readonly StreamLevel[]): string {
  let text = "";
  for (const [price, quantity] of levels.slice(0, CHECKSUM_LEVELS)) text += digits(price) + digits(quantity);
  return text;
}

function digits(amount: string): string {
  return amount.replace(".", "").replace(/^0+/, "");
}
