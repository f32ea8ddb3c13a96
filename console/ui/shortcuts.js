// @ts-check
/** Keys that act anywhere on the page. Inside a field letters are letters. */
import { openOrders } from "../state/orders.js";
import { singleKeys } from "../state/settings.js";
import { chartKind } from "./chart-panel.js";
import { openDialog } from "./dialogs.js";
import { turnTheme } from "./header.js";
import { sheet } from "./ledger-panel.js";
import { showPanel } from "./panel-tabs.js";
import { chooseKind, chooseSide, submitTicket } from "./ticket-panel.js";
import { place } from "./view.js";

/** @param {"open" | "history" | "trades"} which */
function show(which) {
  sheet.value = which;
  showPanel("ledger");
  requestAnimationFrame(() =>
    /** @type {HTMLElement} */ (
      place("ledger").querySelector("tbody tr[tabindex]") ?? document.getElementById("sheet-panel")
    )?.focus(),
  );
}

/** What they do stands in shortcuts-dialog.js. @type {Readonly<Record<string, () => void>>} */
const ACTIONS = {
  p: () => openDialog("pairs"),
  "/": () => openDialog("pairs"),
  b: () => side("BUY"),
  s: () => side("SELL"),
  o: () => show("open"),
  h: () => show("history"),
  t: () => show("trades"),
  k: toBook,
  c: turnChart,
  x: () => (openOrders.peek()?.length ?? 0) > 0 && openDialog("cancel-all"),
  d: turnTheme,
  l: () => openDialog("account"),
  "?": () => openDialog("shortcuts"),
};

/** @param {"BUY" | "SELL"} which */
function side(which) {
  showPanel("ticket");
  chooseSide(which);
}

function turnChart() {
  chartKind.value = chartKind.peek() === "price" ? "depth" : "price";
  showPanel("chart");
}

function toBook() {
  showPanel("book");
  requestAnimationFrame(() =>
    /** @type {HTMLElement | null} */ (place("book").querySelector(".level[tabindex='0']"))?.focus(),
  );
}

export function listenToKeys() {
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || document.querySelector("dialog[open]") !== null) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      void submitTicket();
      return;
    }
    const target = /** @type {HTMLElement} */ (event.target);
    const isTyping = target.matches("input:not([type=radio], [type=checkbox]), select, textarea");
    if (event.key === "Escape" && isTyping) target.blur();
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey || singleKeys.peek() === "off") return;
    if (/^[1-6]$/.test(event.key)) {
      showPanel("ticket");
      chooseKind(Number(event.key) - 1);
    } else {
      const act = ACTIONS[event.key.toLowerCase()];
      if (act === undefined) return;
      act();
    }
    event.preventDefault();
  });
}
