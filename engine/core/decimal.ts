/**
 * Exact conversions between decimal strings (every edge) and integers (everything inside): prices in
 * ticks, quantities in lots, quote amounts in tick-lots. No binary floating point touches an amount:
 * the numbers here are integers up to 2^53−1, beyond that a `bigint`.
 *
 * Accepted text is a plain decimal: digits, at most one point with digits on both sides, no leading
 * zero before another digit, no sign, exponent, space, or more than 64 characters.
 */

/** Why a text is not an amount. Negative, so that no amount equals one. */
export const DecimalFailure = { MALFORMED: -1, OFF_STEP: -2, OUT_OF_RANGE: -3 } as const;
export type DecimalFailure = (typeof DecimalFailure)[keyof typeof DecimalFailure];

/** One above the largest quote amount in tick-lots: what two limbs of 53 bits hold. */
export const TICK_LOTS_LIMIT = 1n << 106n;

const MAX_TEXT_LENGTH = 64;
/** Coins with 18 decimals fit; the leading zeros of a step cost no exactness. */
const MAX_STEP_LENGTH = 32;
/** Longest run of digits that a double always holds exactly. */
const EXACT_DIGITS = 15;
/** Bound of the step cache: a venue has some hundreds of steps, an attacker has any number of texts. */
const STEP_CACHE_LIMIT = 4_096;
const AVERAGE_DECIMALS = 8;

/** A step as `units × 10^−decimals`, e.g. "0.25" is 25 with 2 decimals. */
interface Step {
  readonly units: number;
  readonly wideUnits: bigint;
  readonly decimals: number;
}

const POWERS: readonly number[] = Array.from({ length: EXACT_DIGITS + 1 }, (_, power) => 10 ** power);
const steps = new Map<string, Step>();

/**
 * How many steps a decimal text is: `parseUnits("0.30", "0.01")` is 30.
 * @returns the units, 0…2^53−1, or a {@link DecimalFailure} (negative)
 */
export function parseUnits(text: string, step: string): number {
  const { units, decimals, wideUnits } = stepOf(step);
  const length = text.length;
  const point = pointOf(text);
  if (point < 0) return DecimalFailure.MALFORMED;
  const given = point === length ? 0 : length - point - 1;
  if (length <= EXACT_DIGITS && given <= decimals) {
    const scaled = digitsValue(text, point) * (POWERS[decimals - given] ?? Number.POSITIVE_INFINITY);
    if (scaled <= Number.MAX_SAFE_INTEGER) {
      return scaled % units === 0 ? scaled / units : DecimalFailure.OFF_STEP;
    }
  }
  const wide = divideExactly(wideDigits(text, point), given, wideUnits, decimals);
  if (wide < 0n) return DecimalFailure.OFF_STEP;
  return wide <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(wide) : DecimalFailure.OUT_OF_RANGE;
}

/**
 * A quote amount in tick-lots: how many times price step × quantity step a decimal text is.
 * @returns the tick-lots, 0…2^106−1, or a {@link DecimalFailure}; `typeof` tells them apart
 */
export function parseTickLots(
  text: string,
  priceStep: string,
  quantityStep: string,
): bigint | DecimalFailure {
  const price = stepOf(priceStep);
  const quantity = stepOf(quantityStep);
  const point = pointOf(text);
  if (point < 0) return DecimalFailure.MALFORMED;
  const given = point === text.length ? 0 : text.length - point - 1;
  const unit = price.wideUnits * quantity.wideUnits;
  const value = divideExactly(wideDigits(text, point), given, unit, price.decimals + quantity.decimals);
  if (value < 0n) return DecimalFailure.OFF_STEP;
  return value < TICK_LOTS_LIMIT ? value : DecimalFailure.OUT_OF_RANGE;
}

/**
 * Units as a decimal with as many decimals as the step is written with: `formatUnits(30, "0.01")` is
 * "0.30". Throws a RangeError when the units are no safe non-negative integer.
 */
export function formatUnits(units: number, step: string): string {
  if (!Number.isSafeInteger(units) || units < 0) throw new RangeError("units must be a non-negative integer");
  const { units: stepUnits, wideUnits, decimals } = stepOf(step);
  const scaled = units * stepUnits;
  const digits = Number.isSafeInteger(scaled) ? String(scaled) : String(BigInt(units) * wideUnits);
  return placePoint(digits, decimals);
}

/**
 * Tick-lots as a decimal amount of quote: exact, with at least the price step's decimals and no
 * further zeros behind those.
 */
export function formatTickLots(value: bigint, priceStep: string, quantityStep: string): string {
  const price = stepOf(priceStep);
  const quantity = stepOf(quantityStep);
  const decimals = price.decimals + quantity.decimals;
  const text = placePoint(String(value * price.wideUnits * quantity.wideUnits), decimals);
  if (decimals === price.decimals) return text;
  let end = text.length;
  const keep = text.length - quantity.decimals;
  while (end > keep && text.charCodeAt(end - 1) === 48) end -= 1;
  if (text.charCodeAt(end - 1) === 46) end -= 1;
  return text.slice(0, end);
}

/**
 * Average price of what is filled, the one derived and rounded amount: half-even, 8 decimals.
 * @param filledQuote tick-lots
 * @param filledQuantity lots
 * @returns null when nothing is filled
 */
export function averagePrice(filledQuote: bigint, filledQuantity: number, priceStep: string): string | null {
  if (filledQuantity === 0) return null;
  const { wideUnits, decimals } = stepOf(priceStep);
  const numerator = filledQuote * wideUnits * 10n ** BigInt(AVERAGE_DECIMALS);
  const denominator = BigInt(filledQuantity) * 10n ** BigInt(decimals);
  let quotient = numerator / denominator;
  const twice = (numerator % denominator) * 2n;
  if (twice > denominator || (twice === denominator && (quotient & 1n) === 1n)) quotient += 1n;
  return placePoint(String(quotient), AVERAGE_DECIMALS);
}

/** True when a text may be a symbol's price or quantity step: a plain decimal above zero. */
export function isStep(text: string): boolean {
  const point = pointOf(text);
  if (point < 0 || text.length > MAX_STEP_LENGTH) return false;
  const units = digitsValue(text, point);
  return units > 0 && units <= Number.MAX_SAFE_INTEGER;
}

function stepOf(text: string): Step {
  const known = steps.get(text);
  if (known !== undefined) return known;
  if (!isStep(text)) throw new RangeError("a step must be a plain decimal above zero");
  const point = pointOf(text);
  const units = digitsValue(text, point);
  const decimals = point === text.length ? 0 : text.length - point - 1;
  const step: Step = { units, wideUnits: BigInt(units), decimals };
  if (steps.size >= STEP_CACHE_LIMIT) steps.clear();
  steps.set(text, step);
  return step;
}

/** Position of the decimal point, the length when there is none, −1 when the text is malformed. */
function pointOf(text: string): number {
  const length = text.length;
  if (length === 0 || length > MAX_TEXT_LENGTH) return -1;
  let point = length;
  for (let at = 0; at < length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit === 46 && point === length && at > 0 && at < length - 1) point = at;
    else if (unit < 48 || unit > 57) return -1;
  }
  return text.charCodeAt(0) === 48 && point > 1 ? -1 : point;
}

/** The digits as one integer, the point left out; exact up to 15 digits. */
function digitsValue(text: string, point: number): number {
  let value = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (at !== point) value = value * 10 + (text.charCodeAt(at) - 48);
  }
  return value;
}

function wideDigits(text: string, point: number): bigint {
  return BigInt(point === text.length ? text : text.slice(0, point) + text.slice(point + 1));
}

/** digits × 10^−given ÷ (unit × 10^−decimals), or −1 when that is no integer. */
function divideExactly(digits: bigint, given: number, unit: bigint, decimals: number): bigint {
  let numerator = digits;
  let denominator = unit;
  if (decimals >= given) numerator *= 10n ** BigInt(decimals - given);
  else denominator *= 10n ** BigInt(given - decimals);
  return numerator % denominator === 0n ? numerator / denominator : -1n;
}

function placePoint(digits: string, decimals: number): string {
  if (decimals === 0) return digits;
  const padded = digits.padStart(decimals + 1, "0");
  const at = padded.length - decimals;
  return `${padded.slice(0, at)}.${padded.slice(at)}`;
}
