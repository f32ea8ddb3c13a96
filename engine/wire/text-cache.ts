/**
 * Texts out of UTF-8 bytes. The same few user ids arrive again and again: a direct-mapped table
 * gives back the string made the last time, which saves the allocation and keeps its hash computed.
 * A cache only: what it returns depends on the bytes alone.
 */

const SLOTS = 8_192;
const MAX_CACHED_BYTES = 64;
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const cached: string[] = new Array<string>(SLOTS).fill("");
const units: number[] = [];

/** The text, or null where the bytes are no UTF-8 or hold a control character. */
export function readShortText(bytes: Uint8Array, at: number, length: number): string | null {
  if (length === 0) return "";
  if (length > MAX_CACHED_BYTES) return decodeSlowly(bytes, at, length);
  let hash = 0x811c_9dc5;
  for (let index = at; index < at + length; index++) {
    const byte = bytes[index] as number;
    if (byte < 0x20 || byte > 0x7e) return decodeSlowly(bytes, at, length);
    hash = Math.imul(hash ^ byte, 0x0100_0193);
  }
  const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
  const known = cached[slot] as string;
  if (known.length === length) {
    let index = 0;
    while (index < length && known.charCodeAt(index) === bytes[at + index]) index++;
    if (index === length) return known;
  }
  units.length = length;
  for (let index = 0; index < length; index++) units[index] = bytes[at + index] as number;
  const text = String.fromCharCode.apply(null, units);
  cached[slot] = text;
  return text;
}

function decodeSlowly(bytes: Uint8Array, at: number, length: number): string | null {
  let text: string;
  try {
    text = UTF8.decode(bytes.subarray(at, at + length));
  } catch {
    return null;
  }
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x20 || (unit >= 0x7f && unit < 0xa0)) return null;
  }
  return text;
}
