// @ts-check
/** What the reader can have done, and what became of it. */
import { grouped, trimmed, words } from "../amounts/show.js";
import { Api, Refusal } from "../net/api.js";
import { notify } from "./notices.js";
import { isLive, keep, load, trouble, watchers } from "./orders.js";

/**
 * @typedef {import("./orders.js").Order} Order
 * @typedef {import("../../api/problem.ts").Problem} Problem
 */

export const api = new Api();

/**
 * @param {{ path: string, body: object }} request
 * @returns {Promise<Problem | null>} null: the order was taken
 */
export function place({ path, body }) {
  return attempt(async () => {
    const answer = /** @type {Order | { orders: Order[] }} */ (await api.command("POST", path, body));
    const orders = "orders" in answer ? answer.orders : [answer];
    keep(orders);
    for (const order of orders) notify(toneOf(order), sentence(order), reasonOf(order));
  });
}

/**
 * @param {Order} order
 * @param {object} changes
 * @returns {Promise<Problem | null>}
 */
export function amend(order, changes) {
  return attempt(async () => {
    const answer = /** @type {Order} */ (await api.command("PATCH", `/orders/${order.orderId}`, changes));
    // A 202 tells the command alone; the stream tells the order.
    if (answer.sequence !== undefined) keep([answer]);
    notify("good", `Amended ${order.symbol} order`);
  });
}

/**
 * @param {Order} order
 * @returns {Promise<Problem | null>}
 */
export async function cancel(order) {
  const problem = await attempt(async () => {
    const answer = /** @type {Order} */ (await api.command("DELETE", `/orders/${order.orderId}`));
    if (answer.sequence !== undefined) keep([answer]);
    notify("plain", `Cancelled ${words(order.side).toLowerCase()} ${order.symbol}`);
  });
  if (problem !== null) notify("bad", problem.title, problem.detail ?? problem.code);
  return problem;
}

/**
 * @param {string | null} symbol null: everywhere
 * @returns {Promise<Problem | null>}
 */
export async function cancelAll(symbol) {
  const query = symbol === null ? "" : `?symbol=${encodeURIComponent(symbol)}`;
  const problem = await attempt(async () => {
    const { orders } = /** @type {{ orders: Order[] }} */ (await api.command("DELETE", `/orders${query}`));
    keep(orders);
    notify("plain", orders.length === 1 ? "Cancelled 1 order" : `Cancelled ${orders.length} orders`);
  });
  if (problem !== null) notify("bad", problem.title, problem.detail ?? problem.code);
  return problem;
}

/** Reads the caller's orders again. */
export async function reload() {
  try {
    await load(api);
    trouble.value = null;
  } catch (error) {
    trouble.value =
      error instanceof Refusal ? `${error.problem.title} (${error.problem.code})` : String(error);
  }
}

/** Tells of what happens to resting orders by itself. */
export function announceFills() {
  watchers.add((order, before) => {
    if (before === undefined || !isLive(before)) return;
    if (order.filledQuantity !== before.filledQuantity) notify(toneOf(order), sentence(order));
    else if (order.status === "EXPIRED") notify("plain", sentence(order), reasonOf(order));
  });
}

/** @param {Order} order */
function toneOf(order) {
  if (order.status === "REJECTED") return "bad";
  return order.status === "EXPIRED" || order.status === "CANCELLED" ? "plain" : "good";
}

/** @param {Order} order */
function reasonOf(order) {
  return order.reason === null ? "" : words(order.reason);
}

/** "Bought 0.5 BTC at 50,000.00" @param {Order} order */
function sentence(order) {
  const base = order.symbol.split("/")[0] ?? "";
  const isFilled = /[1-9]/.test(order.filledQuantity);
  if (isFilled && order.averagePrice !== null) {
    const verb = order.side === "BUY" ? "Bought" : "Sold";
    return `${verb} ${trimmed(order.filledQuantity)} ${base} at ${trimmed(order.averagePrice, 2)}`;
  }
  const size =
    order.quantity === null ? `for ${grouped(order.quoteQuantity)}` : `${trimmed(order.quantity)} ${base}`;
  return `${words(order.side)} ${size}: ${words(order.status).toLowerCase()}`;
}

/**
 * @param {() => Promise<void>} act
 * @returns {Promise<Problem | null>}
 */
async function attempt(act) {
  try {
    await act();
    return null;
  } catch (error) {
    if (error instanceof Refusal) return error.problem;
    return {
      type: "about:blank",
      title: "No answer from the server",
      status: 503,
      code: "INTERNAL_ERROR",
      detail: "The order may or may not have been taken: look among your orders before you send it again.",
    };
  }
}
