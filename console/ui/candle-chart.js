// @ts-check
/**
 * Candles with volume, drawn by TradingView's Lightweight Charts. Here alone amounts become numbers: for the place
 * of a pixel. What is written beside them comes from the strings.
 */
import { candles, growingCandle, pair, scales } from "../state/market.js";
import { openOrders } from "../state/orders.js";
import { palette, shownTheme } from "../state/settings.js";
import {
  CandlestickSeries,
  ColorType,
  CrosshairMode,
  createChart,
  HistogramSeries,
} from "../vendor/lightweight-charts.js";
import { effect, signal } from "../vendor/signals-core.js";

/**
 * @typedef {import("../state/market.js").Candle} Candle
 * @typedef {import("../vendor/lightweight-charts.js").UTCTimestamp} Timestamp
 */

/** The candle under the pointer. @type {import("../vendor/signals-core.js").Signal<Candle | null>} */
export const pointedCandle = signal(/** @type {Candle | null} */ (null));

const BARS_AT_FIRST = 90;
/** Behind a colour of six digits. */
const VOLUME_ALPHA = "55";

/** @param {HTMLElement} place */
export function mountCandleChart(place) {
  const chart = createChart(place, {
    autoSize: true,
    // The library's own mark is a style element, which the page's policy refuses; the link stands at the bottom.
    layout: { attributionLogo: false, fontFamily: "Inter, system-ui, sans-serif", fontSize: 11 },
    crosshair: { mode: CrosshairMode.Normal },
    timeScale: { timeVisible: true, secondsVisible: true, borderVisible: false, rightOffset: 4 },
    rightPriceScale: { borderVisible: false, scaleMargins: { top: 0.08, bottom: 0.24 } },
    localization: {
      timeFormatter: (/** @type {number} */ seconds) => new Date(seconds * 1000).toLocaleString(),
    },
  });
  const prices = chart.addSeries(CandlestickSeries, { borderVisible: false });
  const volumes = chart.addSeries(HistogramSeries, {
    priceScaleId: "volume",
    priceFormat: { type: "volume" },
    lastValueVisible: false,
    priceLineVisible: false,
  });
  chart.priceScale("volume").applyOptions({ scaleMargins: { top: 0.82, bottom: 0 } });

  /** @type {Map<number, Candle>} */
  let byTime = new Map();
  let colours = readColours();

  const show = (/** @type {Candle} */ candle) => {
    const time = timeOf(candle);
    byTime.set(time, candle);
    const bar = {
      time,
      open: Number(candle.open),
      high: Number(candle.high),
      low: Number(candle.low),
      close: Number(candle.close),
    };
    const color = bar.close >= bar.open ? colours.upFaint : colours.downFaint;
    return { bar, volume: { time, value: Number(candle.volume), color } };
  };

  effect(() => {
    void [shownTheme.value, palette.value];
    // The style sheets answer after the attribute has been set, in the same turn.
    queueMicrotask(() => {
      colours = readColours();
      chart.applyOptions({
        layout: { background: { type: ColorType.Solid, color: colours.panel }, textColor: colours.muted },
        grid: { vertLines: { color: colours.line }, horzLines: { color: colours.line } },
        crosshair: {
          vertLine: { color: colours.muted, labelBackgroundColor: colours.raised },
          horzLine: { color: colours.muted, labelBackgroundColor: colours.raised },
        },
      });
      prices.applyOptions({
        upColor: colours.up,
        downColor: colours.down,
        wickUpColor: colours.up,
        wickDownColor: colours.down,
      });
      volumes.setData([...byTime.values()].map((candle) => show(candle).volume));
    });
  });

  effect(() => {
    const { priceScale } = scales.value;
    prices.applyOptions({
      priceFormat: { type: "price", precision: priceScale, minMove: Number(pair.value?.priceStep ?? "0.01") },
    });
  });

  effect(() => {
    const list = candles.value ?? [];
    byTime = new Map();
    pointedCandle.value = null;
    const shown = list.filter((candle) => candle.open !== null).map(show);
    prices.setData(shown.map(({ bar }) => bar));
    volumes.setData(shown.map(({ volume }) => volume));
    if (shown.length === 0) return;
    chart
      .timeScale()
      .setVisibleLogicalRange({ from: Math.max(shown.length - BARS_AT_FIRST, -10), to: shown.length + 4 });
  });

  effect(() => {
    const candle = growingCandle.value;
    if (candle === null || candle.open === null) return;
    const latest = [...byTime.keys()].at(-1) ?? 0;
    if (timeOf(candle) < latest) return;
    const { bar, volume } = show(candle);
    prices.update(bar);
    volumes.update(volume);
  });

  markOwnOrders(prices, () => colours);

  chart.subscribeCrosshairMove(({ time }) => {
    pointedCandle.value = typeof time === "number" ? (byTime.get(time) ?? null) : null;
  });
}

/**
 * A line for each of the caller's open orders of the pair.
 * @param {import("../vendor/lightweight-charts.js").ISeriesApi<"Candlestick">} series
 * @param {() => ReturnType<typeof readColours>} colours
 */
function markOwnOrders(series, colours) {
  /** @type {import("../vendor/lightweight-charts.js").IPriceLine[]} */
  let lines = [];
  effect(() => {
    void [shownTheme.value, palette.value];
    const own = (openOrders.value ?? []).filter(({ symbol }) => symbol === pair.value?.symbol).slice(0, 20);
    for (const line of lines) series.removePriceLine(line);
    lines = own.flatMap((order) => {
      const price = order.stopPrice ?? order.price;
      if (price === null) return [];
      const color = order.side === "BUY" ? colours().up : colours().down;
      const title = `${order.side === "BUY" ? "buy" : "sell"}${order.stopPrice === null ? "" : " stop"}`;
      return [
        series.createPriceLine({
          price: Number(price),
          color,
          lineWidth: 1,
          lineStyle: 2,
          axisLabelVisible: true,
          title,
        }),
      ];
    });
  });
}

/** @param {Candle} candle @returns {Timestamp} */
function timeOf(candle) {
  return /** @type {Timestamp} */ (Math.floor(Date.parse(candle.openTime) / 1000));
}

function readColours() {
  const style = getComputedStyle(document.documentElement);
  const read = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  return {
    panel: read("--panel"),
    muted: read("--muted"),
    line: read("--line-faint"),
    raised: read("--raised-solid"),
    up: read("--up"),
    down: read("--down"),
    upFaint: `${read("--up")}${VOLUME_ALPHA}`,
    downFaint: `${read("--down")}${VOLUME_ALPHA}`,
  };
}
