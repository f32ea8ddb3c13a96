// @ts-check
/** The market's latest trades. */
import { grouped, sized, timeOfDay } from "../amounts/show.js";
import { pair, trades } from "../state/market.js";
import { repeat } from "../vendor/lit-html/directives/repeat.js";
import { html } from "../vendor/lit-html/lit-html.js";

const SHOWN = 60;

export function tapePanel() {
  const list = trades.value;
  const current = pair.value;
  return html`
    <div class="panel-head"><h2>Market trades</h2></div>
    <div class="columns" aria-hidden="true">
      <span>Price <i>${current?.quote ?? ""}</i></span><span>Amount <i>${current?.base ?? ""}</i></span><span>Time</span>
    </div>
    ${
      list === null
        ? html`<p class="empty loading">Loading…</p>`
        : list.length === 0
          ? html`<p class="empty">No trade yet.</p>`
          : html`<ol class="trades" tabindex="0" aria-label="Latest trades, newest first">
            ${repeat(
              list.slice(0, SHOWN),
              (trade) => trade.tradeId,
              (trade) => html`<li class=${trade.takerSide === "BUY" ? "up" : "down"}>
                <span class="price"><span class="visually-hidden">${trade.takerSide} </span>${grouped(trade.price)}</span>
                <span>${sized(trade.quantity)}</span>
                <time datetime=${trade.executedAt}>${timeOfDay(trade.executedAt)}</time>
              </li>`,
            )}
          </ol>`
    }
  `;
}
