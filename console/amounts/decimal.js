// @ts-check
/**
 * Exact arithmetic on decimal strings, as the API takes and gives them: whole numbers of 10^-scale in a BigInt.
 * No amount ever becomes a binary floating-point number; `ratio` alone gives one, for the place of a pixel.
 */

/** @typedef {{ readonly units: bigint, readonly scale: number }} Decimal `units` × 10^-`scale` */

const DECIMAL = /^(-?)([0-9]*)(?:\.([0-9]*))?$/;

/**
 * What a person or the server wrote: "0.5", ".5", "12". Null for anything else.
 * @param {string} text
 * @returns {Decimal | null}
 */
export function parse(text) {
  const found = DECIMAL.exec(text.trim());
  const [, sign = "", whole = "", fraction = ""] = found ?? [];
  if (found === null || whole + fraction === "") return null;
  const units = BigInt(whole + fraction);
  return { units: sign === "-" ? -units : units, scale: fraction.length };
}

/**
 * A decimal that the server gave; anything else is a fault of the program.
 * @param {string} text
 * @returns {Decimal}
 */
export function exact(text) {
  const parsed = parse(text);
  if (parsed === null) throw new RangeError(`not a decimal: ${text}`);
  return parsed;
}

/** @type {Decimal} */
export const ZERO = { units: 0n, scale: 0 };

/**
 * The same value in units of 10^-scale; a finer one is cut off towards zero.
 * @param {Decimal} value
 * @param {number} scale
 * @returns {bigint}
 */
export function unitsAt(value, scale) {
  if (scale >= value.scale) return value.units * 10n ** BigInt(scale - value.scale);
  return value.units / 10n ** BigInt(value.scale - scale);
}

/**
 * With exactly `scale` digits behind the point; finer ones are cut off.
 * @param {Decimal} value
 * @param {number} [scale]
 */
export function format(value, scale = value.scale) {
  const units = unitsAt(value, scale);
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, "0");
  const whole = digits.slice(0, digits.length - scale);
  const sign = units < 0n ? "-" : "";
  return scale === 0 ? sign + whole : `${sign}${whole}.${digits.slice(-scale)}`;
}

/**
 * @param {Decimal} left
 * @param {Decimal} right
 * @returns {Decimal}
 */
export function add(left, right) {
  const scale = Math.max(left.scale, right.scale);
  return { units: unitsAt(left, scale) + unitsAt(right, scale), scale };
}

/**
 * @param {Decimal} left
 * @param {Decimal} right
 * @returns {Decimal}
 */
export function subtract(left, right) {
  return add(left, { units: -right.units, scale: right.scale });
}

/**
 * @param {Decimal} left
 * @param {Decimal} right
 * @returns {Decimal}
 */
export function multiply(left, right) {
  return { units: left.units * right.units, scale: left.scale + right.scale };
}

/**
 * Below zero, zero or above it, as `left` is to `right`.
 * @param {Decimal} left
 * @param {Decimal} right
 */
export function compare(left, right) {
  const { units } = subtract(left, right);
  if (units === 0n) return 0;
  return units < 0n ? -1 : 1;
}

/**
 * How many digits a step has behind the point: 2 for "0.01".
 * @param {string} step
 */
export function scaleOf(step) {
  return exact(step).scale;
}

/**
 * The nearest multiple of `step` that is not above `value`.
 * @param {Decimal} value not below zero
 * @param {Decimal} step
 * @returns {Decimal}
 */
export function floorTo(value, step) {
  const scale = Math.max(value.scale, step.scale);
  const stepUnits = unitsAt(step, scale);
  return { units: (unitsAt(value, scale) / stepUnits) * stepUnits, scale };
}

/**
 * A quotient for the place of a pixel or the width of a bar; 0 where there is nothing to divide by.
 * @param {bigint} part
 * @param {bigint} whole
 */
export function ratio(part, whole) {
  if (whole === 0n) return 0;
  return Number((part * 1_000_000n) / whole) / 1_000_000;
}
