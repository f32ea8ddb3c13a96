// @ts-check
/** The line at the bottom: whether what is seen is live, and where things are. */
import { book, bookChanges, feed, latencyMs, resyncs } from "../state/market.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { signal } from "../vendor/signals-core.js";

/** @type {import("../vendor/signals-core.js").Signal<string>} */
export const version = signal("");

const WORDS = /** @type {const} */ ({
  connecting: "Connecting",
  live: "Live",
  resyncing: "Resyncing",
  polling: "Polling: no stream",
  offline: "Offline: trying again",
});

export function stateBar() {
  void bookChanges.value;
  const latency = latencyMs.value;
  return html`
    <span class="feed ${feed.value}" role="status" data-testid="feed"><i aria-hidden="true"></i>${WORDS[feed.value]}</span>
    <span title="Last sequence in the book">seq <b data-testid="sequence">${book.sequence ?? "–"}</b></span>
    ${latency === null ? nothing : html`<span title="There and back"><b>${Math.round(latency)}</b> ms</span>`}
    ${resyncs.value === 0 ? nothing : html`<span>${resyncs.value} resyncs</span>`}
    <nav class="links" aria-label="About this server">
      <a href="/docs">API</a><a href="/openapi.json">OpenAPI</a><a href="/problems">Error codes</a>
      <a href="https://www.tradingview.com/" target="_blank" rel="noopener noreferrer">Charts by TradingView</a>
      <span>${version.value}</span>
    </nav>`;
}
