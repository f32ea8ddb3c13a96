// @ts-check
/** How much stands up to each price, on both sides of the middle. Numbers here are places of pixels. */
import { format, ratio } from "../amounts/decimal.js";
import { compact, grouped } from "../amounts/show.js";
import { book, bookChanges, pair, scales } from "../state/market.js";
import { html, nothing, svg } from "../vendor/lit-html/lit-html.js";
import { signal } from "../vendor/signals-core.js";

/** @typedef {import("../market/book.js").Level} Level */

const WIDTH = 1000;
const HEIGHT = 400;
/** Room for the scale below and air above. */
const FLOOR = 372;
const CEILING = 30;

/** Where the pointer is, from 0 to 1; null: elsewhere. @type {import("../vendor/signals-core.js").Signal<number | null>} */
const pointer = signal(/** @type {number | null} */ (null));

export function depthChart() {
  void bookChanges.value;
  const bestAsk = book.asks[0]?.units;
  const bestBid = book.bids[0]?.units;
  if (bestAsk === undefined && bestBid === undefined) return html`<p class="empty">The book is empty.</p>`;
  const middle = ((bestAsk ?? bestBid ?? 0n) + (bestBid ?? bestAsk ?? 0n)) / 2n;
  const reach = reachOf(middle);
  const from = middle - reach;
  const asks = curve(book.asks, middle + reach, "ask");
  const bids = curve(book.bids, from, "bid");
  const top = larger(asks.total, bids.total);
  const x = (/** @type {bigint} */ units) => ratio(units - from, reach * 2n) * WIDTH;
  const y = (/** @type {bigint} */ lots) => FLOOR - ratio(lots, top) * (FLOOR - CEILING);
  return html`<div class="depth-chart" @pointermove=${point} @pointerleave=${() => {
    pointer.value = null;
  }}>
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="Depth of the book">
      ${shape(bids.points, x, y, "bid")}${shape(asks.points, x, y, "ask")}
      <line class="middle" x1=${x(middle)} x2=${x(middle)} y1="0" y2=${FLOOR}></line>
    </svg>
    ${marks(from, reach)}
    <b class="mid-price">${grouped(shownPrice(middle))}<span>middle</span></b>
    ${pointed(from, reach, bids.points, asks.points)}
  </div>`;
}

/** Far enough to see where most of the nearer side stands, and the same on both. @param {bigint} middle */
function reachOf(middle) {
  const far = [book.asks, book.bids].map((side) => {
    const level = side[Math.min(side.length - 1, 199)];
    if (level === undefined) return 0n;
    const distance = level.units - middle;
    return distance < 0n ? -distance : distance;
  });
  const [asks = 0n, bids = 0n] = far;
  const nearer = asks === 0n ? bids : bids === 0n ? asks : -larger(-asks, -bids);
  // Not beyond a tenth of the price: an order far off would make everything else a line.
  const most = middle / 10n;
  const reach = nearer > most && most > 0n ? most : nearer;
  return (reach * 11n) / 10n + 1n;
}

/** @param {readonly Level[]} side @param {bigint} end @param {"ask" | "bid"} kind */
function curve(side, end, kind) {
  /** @type {{ units: bigint, sum: bigint }[]} */
  const points = [];
  let total = 0n;
  for (const { units, lots } of side) {
    if (kind === "ask" ? units > end : units < end) break;
    points.push({ units, sum: total });
    total += lots;
    points.push({ units, sum: total });
  }
  points.push({ units: end, sum: total });
  return { points, total };
}

/**
 * @param {{ units: bigint, sum: bigint }[]} points
 * @param {(units: bigint) => number} x
 * @param {(lots: bigint) => number} y
 * @param {"ask" | "bid"} kind
 */
function shape(points, x, y, kind) {
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined || points.length < 2) return nothing;
  const line = points.map(({ units, sum }) => `${x(units).toFixed(1)} ${y(sum).toFixed(1)}`).join("L");
  const start = x(first.units).toFixed(1);
  const end = x(last.units).toFixed(1);
  return svg`<path class="area ${kind}" d="M${start} ${FLOOR}L${line}L${end} ${FLOOR}Z"></path><path class="edge ${kind}" d="M${line}"></path>`;
}

/** @param {bigint} from @param {bigint} reach */
function marks(from, reach) {
  const at = [1n, 3n, 5n, 7n, 9n].map((tenth) => from + (reach * 2n * tenth) / 10n);
  return html`<div class="depth-marks" aria-hidden="true">${at.map((units) => html`<span>${grouped(shownPrice(units))}</span>`)}</div>`;
}

/**
 * @param {bigint} from
 * @param {bigint} reach
 * @param {{ units: bigint, sum: bigint }[]} bids
 * @param {{ units: bigint, sum: bigint }[]} asks
 */
function pointed(from, reach, bids, asks) {
  const at = pointer.value;
  if (at === null) return nothing;
  const units = from + (reach * 2n * BigInt(Math.round(at * 10_000))) / 10_000n;
  const isAsk = units >= (asks[0]?.units ?? from);
  const points = isAsk ? asks : bids;
  const sum = points.findLast((point) => (isAsk ? point.units <= units : point.units >= units))?.sum ?? 0n;
  const amount = compact(format({ units: sum, scale: scales.value.quantityScale }), 4);
  return html`<div class="depth-pointer" .style=${`--at:${at}`}><span class=${at > 0.5 ? "left" : ""}>
    <b>${grouped(shownPrice(units))}</b> ${amount} ${pair.value?.base}</span></div>`;
}

/** Math.max is for numbers. @param {bigint} left @param {bigint} right */
function larger(left, right) {
  if (left > right) return left;
  return right;
}

/** @param {bigint} units */
function shownPrice(units) {
  return format({ units, scale: scales.value.priceScale });
}

/** @param {PointerEvent} event */
function point(event) {
  const box = /** @type {HTMLElement} */ (event.currentTarget).getBoundingClientRect();
  pointer.value = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
}
