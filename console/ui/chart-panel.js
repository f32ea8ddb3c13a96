// @ts-check
/** The pair's history, as candles with volume, or its book as a depth chart. */
import { compact, grouped } from "../amounts/show.js";
import { candles, growingCandle, shownInterval } from "../state/market.js";
import { INTERVALS, interval } from "../state/settings.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { signal } from "../vendor/signals-core.js";
import { pointedCandle } from "./candle-chart.js";
import { depthChart } from "./depth-chart.js";
import { tabList } from "./tabs.js";

/** @type {import("../vendor/signals-core.js").Signal<"price" | "depth">} */
export const chartKind = signal(/** @type {"price" | "depth"} */ ("price"));

export function chartHead() {
  return html`
    ${tabList(
      "Chart",
      "chart-kind",
      [
        ["price", "Price"],
        ["depth", "Depth"],
      ],
      chartKind.value,
      (kind) => {
        chartKind.value = kind === "depth" ? "depth" : "price";
      },
    )}
    ${
      chartKind.value === "depth"
        ? nothing
        : html`<div class="intervals" role="group" aria-label="Length of a candle">
          ${INTERVALS.map(
            (each) =>
              html`<button aria-pressed=${each === shownInterval.value} @click=${() => {
                interval.value = each;
              }}>${each}</button>`,
          )}</div>
        ${legend()}`
    }`;
}

function legend() {
  const shown = pointedCandle.value ?? growingCandle.value ?? candles.value?.at(-1);
  if (shown === undefined || shown.open === null) return nothing;
  const tone = Number(shown.close) >= Number(shown.open) ? "up" : "down";
  return html`<dl class="legend ${tone}">
    <div><dt>O</dt><dd>${grouped(shown.open)}</dd></div><div><dt>H</dt><dd>${grouped(shown.high)}</dd></div>
    <div><dt>L</dt><dd>${grouped(shown.low)}</dd></div><div><dt>C</dt><dd>${grouped(shown.close)}</dd></div>
    <div><dt>Vol</dt><dd>${compact(shown.volume, 4)}</dd></div></dl>`;
}

export function chartOverlay() {
  if (chartKind.value === "depth") return depthChart();
  const list = candles.value;
  const traded =
    list?.some((candle) => candle.open !== null) === true || (growingCandle.value?.open ?? null) !== null;
  if (list === null && !traded) return html`<p class="empty loading">Loading the chart…</p>`;
  return traded ? nothing : html`<p class="empty">No trade yet: the first one draws the first candle.</p>`;
}
