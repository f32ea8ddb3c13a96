// @ts-check
/** What is shown of a book: levels put together by a coarser step, and sums from the best price on. */

/**
 * @typedef {import("./book.js").Level} Level
 * @typedef {object} Row
 * @property {bigint} units price, in units of the finest digit
 * @property {bigint} lots
 * @property {bigint} sum lots from the best price up to here
 */

/**
 * The first `count` rows of a side, each with what shows between it and the next multiple of `step` towards the
 * best price: bids are put down, asks up, so that no row promises a better price than it has.
 * @param {readonly Level[]} side best first
 * @param {"bid" | "ask"} kind
 * @param {bigint} step in units of the finest digit
 * @param {number} count
 * @returns {Row[]}
 */
export function rowsOf(side, kind, step, count) {
  /** @type {Row[]} */
  const rows = [];
  let sum = 0n;
  for (const { units, lots } of side) {
    const below = (units / step) * step;
    const price = kind === "ask" && below !== units ? below + step : below;
    const last = rows.at(-1);
    if (last?.units === price) {
      last.lots += lots;
      last.sum += lots;
      sum += lots;
      continue;
    }
    if (rows.length === count) break;
    sum += lots;
    rows.push({ units: price, lots, sum });
  }
  return rows;
}

/**
 * What taking `lots` from a side would give: how much there is of it, what it costs, and the last price reached.
 * @param {readonly Level[]} side best first
 * @param {bigint} lots
 */
export function sweep(side, lots) {
  let left = lots;
  let cost = 0n;
  let worst = null;
  for (const level of side) {
    if (left <= 0n) break;
    let taken = left;
    if (level.lots < left) taken = level.lots;
    cost += taken * level.units;
    left -= taken;
    worst = level.units;
  }
  return { filled: lots - left, cost, worst };
}
