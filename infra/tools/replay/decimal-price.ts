/**
 * The file's integer over `scale` as a decimal string, exactly: 5853300 over 10,000 is "585.33".
 * @param value an integer, 0…2^53−1
 * @param scale a power of ten, 1…10^12
 */
export function toDecimal(value: number, scale: number): string {
  const digits = decimalsOf(scale);
  if (digits === 0) return String(value);
  const text = String(value).padStart(digits + 1, "0");
  const whole = text.slice(0, -digits);
  const fraction = text.slice(-digits).replace(/0+$/, "");
  return fraction === "" ? whole : `${whole}.${fraction}`;
}

/**
 * A decimal string as an integer over `scale`, the reverse of `toDecimal`; null when it is no such
 * number or has more decimals than the scale holds.
 */
export function fromDecimal(text: string, scale: number): number | null {
  const match = /^(\d+)(?:\.(\d+))?$/.exec(text);
  if (match === null) return null;
  const digits = decimalsOf(scale);
  const fraction = (match[2] ?? "").replace(/0+$/, "");
  if (fraction.length > digits) return null;
  const value = Number(`${match[1] ?? ""}${fraction.padEnd(digits, "0")}`);
  return Number.isSafeInteger(value) ? value : null;
}

/** True for 1, 10, 100 … 10^12. */
export function isScale(scale: number): boolean {
  return /^10{0,12}$/.test(String(scale));
}

function decimalsOf(scale: number): number {
  if (!isScale(scale)) throw new RangeError(`not a power of ten: ${scale}`);
  return String(scale).length - 1;
}
