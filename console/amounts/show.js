// @ts-check
/** Amounts and times as a person reads them. Strings in, strings out: digits are grouped and cut, never computed. */
import { exact, format, ratio } from "./decimal.js";

/** What stands where there is nothing. */
export const NOTHING = "–";

/**
 * "1234567.50" → "1,234,567.50"
 * @param {string | null | undefined} text
 */
export function grouped(text) {
  if (text === null || text === undefined || text === "") return NOTHING;
  const [whole = "", fraction] = text.split(".");
  const groups = whole.replaceAll(/\B(?=([0-9]{3})+$)/g, ",");
  return fraction === undefined ? groups : `${groups}.${fraction}`;
}

/**
 * Grouped, without the zeros at its end, but with at least `least` digits behind the point.
 * @param {string | null | undefined} text
 * @param {number} [least]
 */
export function trimmed(text, least = 0) {
  if (text === null || text === undefined || text === "") return NOTHING;
  const [whole = "", fraction = ""] = text.split(".");
  let end = fraction.length;
  while (end > least && fraction[end - 1] === "0") end -= 1;
  return grouped(end === 0 ? whole : `${whole}.${fraction.slice(0, end)}`);
}

const MAGNITUDES = /** @type {const} */ ([
  [12n, "T"],
  [9n, "B"],
  [6n, "M"],
  [3n, "K"],
]);

/**
 * For figures that only give a size: "1234567.5" → "1.23M"; small ones keep `small` digits.
 * @param {string | null | undefined} text
 * @param {number} [small]
 */
export function compact(text, small = 2) {
  if (text === null || text === undefined || text === "") return NOTHING;
  const value = exact(text);
  const whole = value.units / 10n ** BigInt(value.scale);
  for (const [power, letter] of MAGNITUDES) {
    if (whole < 10n ** power) continue;
    return format({ units: value.units, scale: value.scale + Number(power) }, 2) + letter;
  }
  return format(value, small);
}

/**
 * Share of the whole in percent, for a person: "37%".
 * @param {string} part
 * @param {string} whole
 */
export function percentOf(part, whole) {
  const [left, right] = [exact(part), exact(whole)];
  const scale = Math.max(left.scale, right.scale);
  const shift = (/** @type {typeof left} */ value) => value.units * 10n ** BigInt(scale - value.scale);
  return `${Math.floor(ratio(shift(left), shift(right)) * 100)}%`;
}

/**
 * For sizes that are compared with each other: six digits, cut off, the same places behind the point wherever the
 * whole part is as long.
 * @param {string} text
 */
export function sized(text) {
  const value = exact(text);
  const whole = text.split(".")[0]?.length ?? 1;
  if (whole > 6) return compact(text);
  return grouped(format(value, Math.min(value.scale, Math.max(0, 6 - whole))));
}

const TIME = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});
const DAY = new Intl.DateTimeFormat(undefined, { month: "short", day: "2-digit" });

/**
 * The time of day where the reader is.
 * @param {string} iso
 */
export function timeOfDay(iso) {
  return TIME.format(new Date(iso));
}

/**
 * Time of day, with the date where it is not today's.
 * @param {string} iso
 */
export function moment(iso) {
  const at = new Date(iso);
  const isToday = at.toDateString() === new Date().toDateString();
  return isToday ? TIME.format(at) : `${DAY.format(at)} ${TIME.format(at)}`;
}

/**
 * STOP_LIMIT → "Stop limit"
 * @param {string} name
 */
export function words(name) {
  const text = name.toLowerCase().replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}
