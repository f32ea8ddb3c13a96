// @ts-check
/** CRC-32 as zlib has it, of a text of ASCII characters. */

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc >>> 0;
});

/**
 * @param {string} text
 * @returns {number} 0 … 2^32 − 1
 */
export function crc32(text) {
  let crc = 0xffffffff;
  for (let index = 0; index < text.length; index += 1) {
    crc = (crc >>> 8) ^ /** @type {number} */ (TABLE[(crc ^ text.charCodeAt(index)) & 0xff]);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
