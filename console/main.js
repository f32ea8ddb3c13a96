// @ts-check
/** The console: reads the pair's state by REST, follows it by the stream, and draws it. */
import { Stream } from "./net/stream.js";
import { announceFills, api, reload } from "./state/actions.js";
import * as market from "./state/market.js";
import { dismiss, notices, notify } from "./state/notices.js";
import * as orders from "./state/orders.js";
import { caller, clockAheadMs, restore } from "./state/session.js";
import { interval, lastPair } from "./state/settings.js";
import { bookPanel, watchRoom } from "./ui/book-panel.js";
import { mountCandleChart } from "./ui/candle-chart.js";
import { chartHead, chartKind, chartOverlay } from "./ui/chart-panel.js";
import { hostDialogs } from "./ui/dialog-host.js";
import { header } from "./ui/header.js";
import { ledgerPanel } from "./ui/ledger-panel.js";
import { followPanel, panelTabs } from "./ui/panel-tabs.js";
import { listenToKeys } from "./ui/shortcuts.js";
import { stateBar, version } from "./ui/state-bar.js";
import { tapePanel } from "./ui/tape-panel.js";
import { clearTicket, ticketPanel } from "./ui/ticket-panel.js";
import { place, view } from "./ui/view.js";
import { html } from "./vendor/lit-html/lit-html.js";
import { effect, untracked } from "./vendor/signals-core.js";

/** Without the stream the pair is read again this often. */
const POLL_EVERY_MS = 2_000;
const MARKET_EVERY_MS = 80;
/** Pairs are halted and reopened now and then. */
const PAIRS_EVERY_MS = 15_000;
/** A book that fits no checksum is not asked for without a pause. */
const RESYNC_AFTER_MS = 200;

/** Codes of the stream that are about who is calling. */
const REFUSED_CALLER = new Set(["UNAUTHENTICATED", "FORBIDDEN", "AUTHENTICATION_ENDED"]);

let wasClosed = false;

const stream = new Stream(`${location.origin.replace(/^http/, "ws")}/ws`, {
  message(message) {
    if (market.hear(message) === "resync")
      setTimeout(() => stream.again([market.depthChannel()]), RESYNC_AFTER_MS);
    if (message.type === "error" && REFUSED_CALLER.has(message.code))
      notify("bad", "Not logged in", message.message);
    if (message.type === "unavailable" && message.channel === market.depthChannel())
      market.feed.value = "resyncing";
    if (orders.hear(message) === "reload") void reload();
    if ("positions" in message) stream.keepPositions(message.positions);
    if (message.type === "orders.update") {
      stream.keepPositions([
        { group: message.group, timeline: message.timeline, sequence: message.sequence },
      ]);
    }
    if (message.type === "welcome" || message.type === "pong") {
      clockAheadMs.value = Date.parse(message.time) - Date.now();
    }
  },
  state(state) {
    if (state === "open" && wasClosed) {
      wasClosed = false;
      void market.load(api);
      void market.loadCandles(api).catch(() => undefined);
    }
    if (state !== "closed") return;
    wasClosed = true;
    market.latencyMs.value = null;
    market.feed.value = "offline";
  },
  latency(ms) {
    market.latencyMs.value = ms;
  },
});

drawEverything();
await start();

async function start() {
  for (;;) {
    try {
      const facts = await (await fetch("/console/settings.json")).json();
      version.value = facts.version;
      const { epochMs } = /** @type {{ epochMs: number }} */ (await api.get("/time"));
      clockAheadMs.value = epochMs - Date.now();
      await readPairs();
      await restore(facts.devUser);
      break;
    } catch {
      market.feed.value = "offline";
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  }
  followCaller();
  stream.open();
  followPair();
  setInterval(() => void poll(), POLL_EVERY_MS);
  setInterval(() => void readPairs().catch(() => undefined), PAIRS_EVERY_MS);
}

async function readPairs() {
  const { symbols } = /** @type {{ symbols: market.Pair[] }} */ (await api.get("/symbols"));
  if (JSON.stringify(symbols) !== JSON.stringify(market.pairs.peek())) market.pairs.value = symbols;
}

/** Another caller: other orders, and a connection of their own. */
function followCaller() {
  effect(() => {
    const who = caller.value;
    untracked(() => {
      api.authenticate(who?.credential ?? null);
      stream.authenticate(who?.auth ?? null);
      orders.forget();
      if (who !== null) void reload();
    });
  });
}

/** Another pair, or another length of candles. */
function followPair() {
  /** @type {readonly string[]} */
  let subscribed = [];
  const subscribe = () => {
    const wanted = market.channels();
    stream.unsubscribe(subscribed.filter((channel) => !wanted.includes(channel)));
    stream.subscribe(wanted.filter((channel) => !subscribed.includes(channel)));
    subscribed = wanted;
  };
  effect(() => {
    const symbol = market.symbol.value;
    untracked(() => {
      if (symbol === null) return;
      lastPair.value = symbol;
      market.forget();
      clearTicket();
      subscribe();
      void market.load(api);
    });
  });
  effect(() => {
    void [market.symbol.value, interval.value];
    untracked(() => {
      market.forgetCandles();
      void market.loadCandles(api).then(subscribe, () => {
        market.candles.value = [];
      });
    });
  });
}

/** While there is no stream, REST tells what there is. */
async function poll() {
  if (market.feed.peek() === "live" || market.feed.peek() === "resyncing") return;
  const wasSequence = market.book.sequence;
  await market.load(api);
  if (market.feed.peek() === "live") return;
  market.feed.value = market.trouble.peek() === null && market.book.sequence !== null ? "polling" : "offline";
  if (wasSequence !== market.book.sequence && caller.peek() !== null) await reload();
}

function drawEverything() {
  view(place("top"), header, MARKET_EVERY_MS);
  view(place("book"), bookPanel, MARKET_EVERY_MS);
  watchRoom(place("book"));
  view(place("tape"), tapePanel, MARKET_EVERY_MS);
  view(place("ticket"), ticketPanel);
  view(place("ledger"), ledgerPanel);
  view(place("state"), stateBar, MARKET_EVERY_MS);
  view(place("tabs"), panelTabs);
  drawChart();
  hostDialogs(place("dialogs"));
  view(place("notices"), () =>
    notices.value.map(
      ({
        id,
        tone,
        title,
        text,
      }) => html`<div class="notice ${tone}"><b>${title}</b>${text === "" ? null : html`<span>${text}</span>`}
        <button class="tool" aria-label="Dismiss" @click=${() => dismiss(id)}>×</button></div>`,
    ),
  );
  followPanel();
  listenToKeys();
  announceFills();
  effect(() => {
    const price = market.trades.value?.[0]?.price ?? market.ticker.value?.last;
    const name = market.pair.value?.symbol ?? "";
    document.title = price == null ? `${name} · Trade engine` : `${price} ${name} · Trade engine`;
  });
}

function drawChart() {
  const panel = place("chart");
  const part = (/** @type {string} */ name) => {
    const element = document.createElement("div");
    element.className = name;
    return element;
  };
  const head = part("panel-head");
  const body = part("chart-body");
  body.id = "chart-kind-panel";
  body.setAttribute("role", "tabpanel");
  body.setAttribute("aria-label", "Chart");
  const canvas = part("canvas");
  const overlay = part("overlay");
  body.append(canvas, overlay);
  panel.append(head, body);
  view(head, chartHead, MARKET_EVERY_MS);
  view(overlay, chartOverlay, MARKET_EVERY_MS);
  mountCandleChart(canvas);
  effect(() => {
    canvas.hidden = chartKind.value === "depth";
  });
}
