const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb8_8320 ^ (value >>> 1) : value >>> 1;
  return value;
});

/** CRC32 (IEEE) of a text of ASCII characters, as an unsigned number. */
export function crc32(text: string): number {
  let value = 0xffff_ffff;
  for (let at = 0; at < text.length; at++) {
    value = (TABLE[(value ^ text.charCodeAt(at)) & 0xff] as number) ^ (value >>> 8);
  }
  return (value ^ 0xffff_ffff) >>> 0;
}
