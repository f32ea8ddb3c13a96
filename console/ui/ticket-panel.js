// @ts-check
/** The order ticket: every type and instruction, and beside each field what the server holds against it. */
import { format, multiply, parse, scaleOf, unitsAt } from "../amounts/decimal.js";
import { grouped, trimmed, words } from "../amounts/show.js";
import { sweep } from "../market/book-view.js";
import { place as send } from "../state/actions.js";
import { book, bookChanges, pair, scales } from "../state/market.js";
import { caller } from "../state/session.js";
import {
  amountFields,
  emptyDraft,
  faultsOf,
  KINDS,
  requestOf,
  SELF_TRADE_PREVENTIONS,
  takesDisplay,
  takesExpireAt,
  takesPostOnly,
  timeInForce,
  timesInForce,
} from "../ticket/draft.js";
import { live } from "../vendor/lit-html/directives/live.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { batch, signal } from "../vendor/signals-core.js";
import { openDialog } from "./dialogs.js";
import { choice, field, problemBox, segments, stepAmount } from "./fields.js";
import { shownPanel, showPanel } from "./panel-tabs.js";
import { place } from "./view.js";

/**
 * @typedef {import("../ticket/draft.js").Draft} Draft
 * @typedef {import("../ticket/draft.js").TextField} TextField
 * @typedef {import("../../api/problem.ts").Problem} Problem
 */

const draft = signal(emptyDraft());
/** Why the last attempt was refused, and which fields it was about. */
const refusal = signal(/** @type {Problem | null} */ (null));
const isSending = signal(false);

/** @param {Partial<Draft>} changes */
function change(changes) {
  draft.value = { ...draft.peek(), ...changes };
}

/** @param {string} price */
export function takePrice(price) {
  const name = draft.peek().kind === "STOP" ? "stopPrice" : "price";
  if (draft.peek().kind === "MARKET") change({ kind: "LIMIT" });
  change({ [name]: price });
  if (shownPanel() === "book") showPanel("ticket");
  document.getElementById(`ticket-${name}`)?.focus();
}

/** @param {"BUY" | "SELL"} side */
export function chooseSide(side) {
  change({ side });
  focusFirst();
}

/** @param {number} index */
export function chooseKind(index) {
  const kind = /** @type {Draft["kind"] | undefined} */ (Object.keys(KINDS)[index]);
  if (kind === undefined) return;
  batch(() => {
    refusal.value = null;
    change({ kind });
  });
  focusFirst();
}

function focusFirst() {
  // The fields of another type are there after the next drawing.
  requestAnimationFrame(() => {
    const [first] = amountFields(draft.peek());
    document.getElementById(`ticket-${first?.[0]}`)?.focus();
  });
}

/** Amounts belong to a pair. */
export function clearTicket() {
  batch(() => {
    const { side, kind, sizeBy, trailBy } = draft.peek();
    draft.value = { ...emptyDraft(), side, kind, sizeBy, trailBy };
    refusal.value = null;
  });
}

export async function submitTicket() {
  const current = pair.peek();
  if (current === null || isSending.peek()) return;
  if (caller.peek() === null) {
    openDialog("account");
    return;
  }
  isSending.value = true;
  refusal.value = null;
  const problem = await send(requestOf(draft.peek(), current.symbol));
  batch(() => {
    isSending.value = false;
    refusal.value = problem;
    if (problem === null) change({ clientOrderId: "" });
  });
  if (problem !== null)
    requestAnimationFrame(() =>
      place("ticket").querySelector("[aria-invalid=true]")?.scrollIntoView({ block: "nearest" }),
    );
}

/** Names of the fields, and the asset or unit that each is in. @type {Readonly<Record<TextField, readonly [label: string, unit: "quote" | "base" | "bps" | ""]>>} */
const LABELS = {
  price: ["Price", "quote"],
  quantity: ["Amount", "base"],
  quoteQuantity: ["Spend", "quote"],
  stopPrice: ["Stop price", "quote"],
  stopLimitPrice: ["Stop's limit", "quote"],
  trailingDelta: ["Trail by", "bps"],
  trailingAmount: ["Trail by", "quote"],
  activationPrice: ["Activate at", "quote"],
  expireAt: ["Ends at", ""],
  displayQuantity: ["Iceberg: show", "base"],
  clientOrderId: ["Client order id", ""],
};

export function ticketPanel() {
  const current = pair.value;
  const order = draft.value;
  const problem = refusal.value;
  const faults = problem === null ? new Map() : faultsOf(problem, order);
  const isBuy = order.side === "BUY";
  const verb = isBuy ? "Buy" : "Sell";
  return html`
    <form autocomplete="off" novalidate class=${isBuy ? "buying" : "selling"}
      @submit=${(/** @type {Event} */ event) => {
        event.preventDefault();
        void submitTicket();
      }}>
      <h2 class="visually-hidden">Order ticket</h2>
      ${segments(
        "side",
        "Side",
        [
          ["BUY", "Buy"],
          ["SELL", "Sell"],
        ],
        order.side,
        (side) => change({ side: side === "SELL" ? "SELL" : "BUY" }),
      )}
      ${segments("kind", "Order type", Object.entries(KINDS), order.kind, (kind) => {
        refusal.value = null;
        change({ kind: /** @type {Draft["kind"]} */ (kind) });
      })}
      ${
        order.kind === "MARKET"
          ? segments(
              "sizeBy",
              "Size by",
              [
                ["quantity", `By ${current?.base ?? "amount"}`],
                ["quoteQuantity", `By ${current?.quote ?? "total"}`],
              ],
              order.sizeBy,
              (by) => change({ sizeBy: by === "quantity" ? by : "quoteQuantity" }),
            )
          : nothing
      }
      ${
        order.kind === "TRAILING_STOP"
          ? segments(
              "trailBy",
              "Trail by",
              [
                ["trailingDelta", "Basis points"],
                ["trailingAmount", "Amount"],
              ],
              order.trailBy,
              (by) => change({ trailBy: by === "trailingAmount" ? by : "trailingDelta" }),
            )
          : nothing
      }
      ${amountFields(order).map(([name, isNeeded]) => amount(name, isNeeded, faults))}
      ${terms(order, faults)}
      ${summary(order)}
      ${problem === null ? nothing : problemBox(problem)}
      <button type="submit" class="submit ${isBuy ? "buy" : "sell"}" aria-disabled=${isSending.value} data-testid="submit">
        ${caller.value === null ? "Log in to trade" : isSending.value ? "Sending…" : `${verb} ${current?.base ?? ""}`}
      </button>
    </form>
  `;
}

/**
 * @param {TextField} name
 * @param {boolean} isNeeded
 * @param {ReadonlyMap<string, string>} faults
 */
function amount(name, isNeeded, faults) {
  const current = pair.value;
  let [label, unit] = LABELS[name];
  if (name === "quoteQuantity" && draft.value.side === "SELL") label = "Receive";
  if (name === "price" && draft.value.kind === "OCO") label = "Limit price";
  if (name === "price" && draft.value.kind === "TRAILING_STOP") label = "Limit price";
  const step = unit === "base" ? current?.quantityStep : unit === "quote" ? current?.priceStep : "1";
  return field({
    id: `ticket-${name}`,
    label,
    unit: unit === "base" ? (current?.base ?? "") : unit === "quote" ? (current?.quote ?? "") : unit,
    fault: faults.get(name),
    control: (attributes) => html`<input id=${attributes.id} name=${name} inputmode="decimal" type="text"
      placeholder=${isNeeded ? "0" : "optional"} aria-invalid=${attributes.invalid} aria-describedby=${attributes.describedBy}
      .value=${live(draft.value[name])}
      @input=${(/** @type {InputEvent} */ event) => change({ [name]: value(event).replaceAll(",", "") })}
      @keydown=${(/** @type {KeyboardEvent} */ event) => stepAmount(event, step ?? "1", (text) => change({ [name]: text }))}>`,
  });
}

/** @param {Event} event */
const value = (event) => /** @type {HTMLInputElement} */ (event.target).value;

/**
 * @param {Draft} order
 * @param {ReadonlyMap<string, string>} faults
 */
function terms(order, faults) {
  return html`
    <div class="pairwise">
      ${choice(
        "ticket-timeInForce",
        "Time in force",
        timesInForce(order).map((each) => [each, each]),
        timeInForce(order),
        (each) => change({ timeInForce: each }),
        faults.get("timeInForce"),
      )}
      ${choice("ticket-selfTradePrevention", "Self-trade", [["", "Default"], ...SELF_TRADE_PREVENTIONS.map((mode) => /** @type {[string, string]} */ ([mode, words(mode)]))], order.selfTradePrevention, (mode) => change({ selfTradePrevention: mode }), faults.get("selfTradePrevention"))}
    </div>
    ${
      takesExpireAt(order)
        ? field({
            id: "ticket-expireAt",
            label: "Ends at",
            unit: "",
            fault: faults.get("expireAt"),
            control: (
              attributes,
            ) => html`<input id=${attributes.id} type="datetime-local" step="1" aria-invalid=${attributes.invalid}
            aria-describedby=${attributes.describedBy} .value=${live(order.expireAt)}
            @input=${(/** @type {InputEvent} */ event) => change({ expireAt: value(event) })}>`,
          })
        : nothing
    }
    ${takesDisplay(order) ? amount("displayQuantity", false, faults) : nothing}
    ${
      takesPostOnly(order)
        ? html`<label class="check"><input type="checkbox" id="ticket-postOnly" .checked=${live(order.postOnly)}
            aria-invalid=${faults.has("postOnly")} aria-describedby="ticket-postOnly-fault"
            @change=${(/** @type {Event} */ event) => change({ postOnly: /** @type {HTMLInputElement} */ (event.target).checked })}>
          <span>Post only <small>never takes</small></span></label>
          <p class="fault" id="ticket-postOnly-fault">${faults.get("postOnly") ?? nothing}</p>`
        : nothing
    }
    <details ?open=${faults.has("clientOrderId")}><summary>Client order id</summary>
      ${field({
        id: "ticket-clientOrderId",
        label: "Your id",
        unit: "",
        fault: faults.get("clientOrderId"),
        control: (
          attributes,
        ) => html`<input id=${attributes.id} type="text" spellcheck="false" placeholder="optional"
          aria-invalid=${attributes.invalid} aria-describedby=${attributes.describedBy} .value=${live(order.clientOrderId)}
          @input=${(/** @type {InputEvent} */ event) => change({ clientOrderId: value(event) })}>`,
      })}
    </details>
  `;
}

/** What it comes to: exact for a limit, what the book now gives for a market order. @param {Draft} order */
function summary(order) {
  const quote = pair.value?.quote ?? "";
  const price = parse(order.price);
  const quantity = parse(order.quantity);
  if (order.kind === "MARKET") return estimate(order, quote);
  const total = price === null || quantity === null ? null : multiply(price, quantity);
  return html`<dl class="summary"><div><dt>Total</dt><dd data-testid="total">${total === null ? "–" : trimmed(format(total), scales.value.priceScale)} <i>${quote}</i></dd></div></dl>`;
}

/** @param {Draft} order @param {string} quote */
function estimate(order, quote) {
  void bookChanges.value;
  const { priceScale, quantityScale } = scales.value;
  const side = order.side === "BUY" ? book.asks : book.bids;
  const wanted = order.sizeBy === "quantity" ? parse(order.quantity) : null;
  const lots = wanted === null ? null : unitsAt(wanted, quantityScale);
  const taken = lots === null ? null : sweep(side, lots);
  const show = (/** @type {bigint} */ units, /** @type {number} */ scale) =>
    grouped(format({ units, scale }, scaleOf(pair.value?.priceStep ?? "0.01")));
  return html`<dl class="summary">
    <div><dt>Best price now</dt><dd>${side[0] === undefined ? "–" : grouped(side[0].price)} <i>${quote}</i></dd></div>
    ${
      taken === null || taken.worst === null || lots === null
        ? nothing
        : html`<div><dt>${taken.filled < lots ? "The book gives" : "Costs about"}</dt><dd>${show(taken.cost, priceScale + quantityScale)} <i>${quote}</i></dd></div>
        <div><dt>Last price reached</dt><dd>${show(taken.worst, priceScale)} <i>${quote}</i></dd></div>`
    }
  </dl>`;
}
