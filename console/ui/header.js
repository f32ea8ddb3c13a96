// @ts-check
/** The bar at the top: the pair and its day, and what belongs to the reader. */
import { compact, grouped, NOTHING } from "../amounts/show.js";
import { pair, ticker, trades } from "../state/market.js";
import { caller } from "../state/session.js";
import { shownTheme, theme } from "../state/settings.js";
import { html } from "../vendor/lit-html/lit-html.js";
import { openDialog } from "./dialogs.js";
import { icon } from "./icons.js";

export function header() {
  const current = pair.value;
  return html`
    <h1 class="brand"><span class="visually-hidden">Trade engine console</span><i aria-hidden="true"></i></h1>
    <button class="pair-button" aria-haspopup="dialog" @click=${() => openDialog("pairs")} title="Pick a pair (P)">
      <b>${current?.symbol ?? "…"}</b>${icon("down")}
    </button>
    ${
      current !== null && current.status !== "ACTIVE"
        ? html`<span class="badge warn">${current.status.toLowerCase()}</span>`
        : null
    }
    ${figures()}
    <div class="tools">
      <button class="tool" title="Keyboard shortcuts (?)" aria-label="Keyboard shortcuts" @click=${() => openDialog("shortcuts")}>${icon("keyboard")}</button>
      <button class="tool" title="Dark or light (D)" aria-label="${shownTheme.value === "dark" ? "Light" : "Dark"} mode" @click=${turnTheme}>
        ${icon(shownTheme.value === "dark" ? "sun" : "moon")}
      </button>
      <button class="tool" title="Settings" aria-label="Settings" @click=${() => openDialog("settings")}>${icon("gear")}</button>
      <button class="account" title="Account (L)" aria-haspopup="dialog" @click=${() => openDialog("account")}>
        ${icon("user")}<span>${caller.value?.name ?? "Log in"}</span>
      </button>
    </div>
  `;
}

export function turnTheme() {
  theme.value = shownTheme.peek() === "dark" ? "light" : "dark";
}

/** The latest trade is newer than the ticker, which comes at most four times a second. */
function lastPrice() {
  return trades.value?.[0]?.price ?? ticker.value?.last ?? null;
}

function figures() {
  const day = ticker.value;
  const quote = pair.value?.quote ?? "";
  const base = pair.value?.base ?? "";
  const newest = trades.value?.[0]?.takerSide;
  const change = day?.change ?? null;
  const tone = change === null || /^-?0*\.?0*$/.test(change) ? "" : change.startsWith("-") ? "down" : "up";
  const sign = change !== null && !change.startsWith("-") && tone !== "" ? "+" : "";
  const lastTone = newest === undefined ? "" : newest === "BUY" ? "up" : "down";
  return html`
    <div class="last ${lastTone}" data-testid="last-price" aria-label="Last price">${grouped(lastPrice())}</div>
    <dl class="day" tabindex="0" aria-label="Last 24 hours">
      <div><dt>24h change</dt>
        <dd class=${tone}>${change === null ? NOTHING : `${sign}${grouped(change)}`}
          ${day?.changePercent == null ? null : html`<span>${sign}${day.changePercent}%</span>`}</dd></div>
      <div><dt>24h high</dt><dd>${grouped(day?.high)}</dd></div>
      <div><dt>24h low</dt><dd>${grouped(day?.low)}</dd></div>
      <div><dt>24h volume (${base})</dt><dd>${compact(day?.volume, 4)}</dd></div>
      <div><dt>24h volume (${quote})</dt><dd>${compact(day?.quoteVolume)}</dd></div>
    </dl>
  `;
}
