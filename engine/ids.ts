import type { IdWords } from "./core/command.ts";

/**
 * UUIDv7 as used here.
 *
 * Orders and commands (stamped by API pods): 48 bits of milliseconds, version, 12 random bits,
 * variant, 46 random bits, then the symbol's number in the last 16 bits, so that a cancel finds its
 * queue without a read. A command without a symbol has 0 there.
 *
 * Trades: 48 bits of command time, version, 12 bits of group number, variant, the low 40 bits of the
 * sequence, 22 bits of place within the command: the same in every replay.
 */

const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
const UUID_PATTERN = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** True for the canonical 8-4-4-4-12 form, either case. */
export function isUuid(text: string): boolean {
  return UUID_PATTERN.test(text);
}

/** Words of a canonical UUID into `into`; throws a RangeError on anything else. */
export function parseId<T extends IdWords>(text: string, into: T): T {
  if (!isUuid(text)) throw new RangeError("not a UUID");
  into.a = Number.parseInt(text.slice(0, 8), 16);
  into.b = Number.parseInt(text.slice(9, 13) + text.slice(14, 18), 16);
  into.c = Number.parseInt(text.slice(19, 23) + text.slice(24, 28), 16);
  into.d = Number.parseInt(text.slice(28, 36), 16);
  return into;
}

/** Canonical lower-case form. */
export function formatId(id: IdWords): string {
  const { a, b, c, d } = id;
  return `${hexOf(a)}-${hex16(b >>> 16)}-${hex16(b & 0xffff)}-${hex16(c >>> 16)}-${hex16(c & 0xffff)}${hexOf(d)}`;
}

/** Milliseconds since the epoch inside a UUIDv7. */
export function idTimeMs(id: IdWords): number {
  return id.a * 0x1_0000 + (id.b >>> 16);
}

/** Number of the symbol inside an order's or command's id; 0: none. */
export function idSymbol(id: IdWords): number {
  return id.d & 0xffff;
}

/**
 * A fresh id for an order or a command.
 * @param timeMs the pod's clock
 * @param symbol 0…65,535
 * @param random 8 random bytes
 */
export function makeId<T extends IdWords>(timeMs: number, symbol: number, random: Uint8Array, into: T): T {
  const [r0 = 0, r1 = 0, r2 = 0, r3 = 0, r4 = 0, r5 = 0, r6 = 0, r7 = 0] = random;
  into.a = Math.floor(timeMs / 0x1_0000);
  into.b = (((timeMs % 0x1_0000) << 16) | 0x7000 | ((r0 & 0x0f) << 8) | r1) >>> 0;
  into.c = (0x8000_0000 | ((r2 & 0x3f) << 24) | (r3 << 16) | (r4 << 8) | r5) >>> 0;
  into.d = ((r6 << 24) | (r7 << 16) | (symbol & 0xffff)) >>> 0;
  return into;
}

/** The id of the `place`-th trade (from 0, below 2^22) of a command. */
export function makeTradeId<T extends IdWords>(
  timeMs: number,
  groupNumber: number,
  sequence: number,
  place: number,
  into: T,
): T {
  const low40 = sequence % 0x100_0000_0000;
  const high30 = Math.floor(low40 / 0x400);
  into.a = Math.floor(timeMs / 0x1_0000);
  into.b = (((timeMs % 0x1_0000) << 16) | 0x7000 | (groupNumber & 0xfff)) >>> 0;
  into.c = (0x8000_0000 | high30) >>> 0;
  into.d = (((low40 % 0x400) << 22) | (place & 0x3f_ffff)) >>> 0;
  return into;
}

function hexOf(word: number): string {
  return hex16(word >>> 16) + hex16(word & 0xffff);
}

function hex16(half: number): string {
  return (HEX[half >>> 8] as string) + (HEX[half & 0xff] as string);
}
