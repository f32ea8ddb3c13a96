// @ts-check
/** An order as it stands in the ticket, and what becomes of it on its way to the API and of its faults on the way back. */

/**
 * @typedef {"LIMIT" | "MARKET" | "STOP" | "STOP_LIMIT" | "TRAILING_STOP" | "OCO"} Kind
 * @typedef {"price" | "quantity" | "quoteQuantity" | "stopPrice" | "stopLimitPrice" | "trailingDelta" |
 *   "trailingAmount" | "activationPrice" | "expireAt" | "displayQuantity" | "clientOrderId"} TextField
 * @typedef {TextField | "timeInForce" | "postOnly" | "selfTradePrevention" | "side"} Field
 * @typedef {object} Choices
 * @property {"BUY" | "SELL"} side
 * @property {Kind} kind
 * @property {"quantity" | "quoteQuantity"} sizeBy of a market order
 * @property {"trailingDelta" | "trailingAmount"} trailBy
 * @property {string} timeInForce "" for the type's own
 * @property {boolean} postOnly
 * @property {string} selfTradePrevention "" for the default
 * @typedef {Choices & Record<TextField, string>} Draft amounts as typed, expireAt as a local time
 */

/** @type {Readonly<Record<Kind, string>>} */
export const KINDS = {
  LIMIT: "Limit",
  MARKET: "Market",
  STOP: "Stop",
  STOP_LIMIT: "Stop limit",
  TRAILING_STOP: "Trailing",
  OCO: "OCO",
};
export const SELF_TRADE_PREVENTIONS = ["EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH", "DECREMENT", "NONE"];

const RESTING = ["GTC", "IOC", "FOK", "DAY", "GTD"];
const AT_ONCE = ["IOC", "FOK"];

/** @returns {Draft} */
export function emptyDraft() {
  return {
    side: "BUY",
    kind: "LIMIT",
    sizeBy: "quantity",
    trailBy: "trailingDelta",
    timeInForce: "",
    postOnly: false,
    selfTradePrevention: "",
    price: "",
    quantity: "",
    quoteQuantity: "",
    stopPrice: "",
    stopLimitPrice: "",
    trailingDelta: "",
    trailingAmount: "",
    activationPrice: "",
    expireAt: "",
    displayQuantity: "",
    clientOrderId: "",
  };
}

/**
 * The amounts that an order of this kind is made of, in the order they are asked for; `true`: it needs it.
 * @param {Draft} draft
 * @returns {readonly (readonly [field: TextField, isNeeded: boolean])[]}
 */
export function amountFields(draft) {
  switch (draft.kind) {
    case "LIMIT":
      return [
        ["price", true],
        ["quantity", true],
      ];
    case "MARKET":
      return [[draft.sizeBy, true]];
    case "STOP":
      return [
        ["stopPrice", true],
        ["quantity", true],
      ];
    case "STOP_LIMIT":
      return [
        ["stopPrice", true],
        ["price", true],
        ["quantity", true],
      ];
    case "TRAILING_STOP":
      return [
        [draft.trailBy, true],
        ["activationPrice", false],
        ["price", false],
        ["quantity", true],
      ];
    case "OCO":
      return [
        ["price", true],
        ["stopPrice", true],
        ["stopLimitPrice", false],
        ["quantity", true],
      ];
  }
}

/**
 * The times in force that the kind takes; the first one is what it has when none is named.
 * @param {Draft} draft
 */
export function timesInForce(draft) {
  const { kind, price } = draft;
  const rests = kind === "LIMIT" || kind === "STOP_LIMIT" || kind === "OCO";
  return rests || (kind === "TRAILING_STOP" && price !== "") ? RESTING : AT_ONCE;
}

/** @param {Draft} draft */
export function timeInForce(draft) {
  const choices = timesInForce(draft);
  return choices.includes(draft.timeInForce) ? draft.timeInForce : /** @type {string} */ (choices[0]);
}

/** Whether an end can be given: a GTD order needs it, a stop may stop waiting. @param {Draft} draft */
export function takesExpireAt(draft) {
  if (timeInForce(draft) === "GTD") return true;
  return (draft.kind === "STOP" || draft.kind === "TRAILING_STOP") && timesInForce(draft) === AT_ONCE;
}

/** @param {Draft} draft */
export const takesPostOnly = ({ kind }) => kind !== "MARKET" && kind !== "STOP";

/** @param {Draft} draft */
export const takesDisplay = (draft) =>
  (draft.kind === "LIMIT" || draft.kind === "OCO") && !AT_ONCE.includes(timeInForce(draft));

/**
 * The request that the draft is.
 * @param {Draft} draft
 * @param {string} symbol
 * @returns {{ path: "/orders" | "/order-lists", body: Record<string, unknown> }}
 */
export function requestOf(draft, symbol) {
  const common = {
    symbol,
    side: draft.side,
    ...given("selfTradePrevention", draft.selfTradePrevention),
    responseType: draft.kind === "OCO" ? "RESULT" : "FULL",
  };
  if (draft.kind === "OCO") return { path: "/order-lists", body: { ...common, ...listTerms(draft) } };
  const amounts = amountFields(draft).map(([field]) => [field, draft[field].trim()]);
  const body = {
    ...common,
    type: draft.kind,
    timeInForce: timeInForce(draft),
    ...Object.fromEntries(amounts.filter(([, text]) => text !== "")),
    ...(takesExpireAt(draft) ? expiry(draft) : {}),
    ...(draft.postOnly && takesPostOnly(draft) ? { postOnly: true } : {}),
    ...(takesDisplay(draft) ? given("displayQuantity", draft.displayQuantity) : {}),
    ...given("clientOrderId", draft.clientOrderId),
  };
  // The one whole number among the amounts; what is none is sent as it is, for the server to say so.
  const delta = draft.trailingDelta.trim();
  if ("trailingDelta" in body && /^[0-9]{1,9}$/.test(delta)) body.trailingDelta = Number(delta);
  return { path: "/orders", body };
}

/** @param {Draft} draft */
function listTerms(draft) {
  const leg = {
    ...(draft.timeInForce === "" ? {} : { timeInForce: timeInForce(draft) }),
    ...(takesExpireAt(draft) ? expiry(draft) : {}),
  };
  // A stop leg without a price becomes a market order, which never rests.
  const stopLeg =
    draft.stopLimitPrice.trim() === "" ? {} : { ...leg, ...given("price", draft.stopLimitPrice) };
  return {
    ...given("quantity", draft.quantity),
    limit: {
      ...given("price", draft.price),
      ...leg,
      ...(draft.postOnly ? { postOnly: true } : {}),
      ...(takesDisplay(draft) ? given("displayQuantity", draft.displayQuantity) : {}),
      ...given("clientOrderId", draft.clientOrderId),
    },
    stop: { ...given("stopPrice", draft.stopPrice), ...stopLeg },
  };
}

/**
 * @param {string} name
 * @param {string} text
 */
function given(name, text) {
  const value = text.trim();
  return value === "" ? {} : { [name]: value };
}

/** @param {Draft} draft */
function expiry({ expireAt }) {
  const at = new Date(expireAt);
  return expireAt === "" || Number.isNaN(at.getTime()) ? {} : { expireAt: at.toISOString() };
}

/** Fields by where they stand in the request; elsewhere the last part of the pointer names the field. @type {Readonly<Record<string, Field>>} */
const POINTERS = { "/stop/price": "stopLimitPrice", "/limit": "price", "/stop": "stopPrice" };

/** What a refusal without a pointer is about. @type {readonly (readonly [pattern: RegExp, field: Field])[]} */
const FIELD_OF_CODE = [
  [/^(QUOTE_QUANTITY)/, "quoteQuantity"],
  [/^(QUANTITY_|NOTIONAL_)/, "quantity"],
  [/^(PRICE_|LIST_)/, "price"],
  [/^STOP_/, "stopPrice"],
  [/^TRAILING_/, "trailingDelta"],
  [/^TIME_IN_FORCE/, "timeInForce"],
  [/^POST_ONLY/, "postOnly"],
  [/^DISPLAY_/, "displayQuantity"],
  [/^EXPIRE_AT/, "expireAt"],
  [/^DUPLICATE_CLIENT/, "clientOrderId"],
];

/**
 * The faults of a refusal, by field.
 * @param {import("../../api/problem.ts").Problem} problem
 * @param {Draft} draft
 * @returns {ReadonlyMap<Field, string>}
 */
export function faultsOf(problem, draft) {
  /** @type {Map<Field, string>} */
  const faults = new Map();
  for (const { pointer = "", detail } of problem.errors ?? []) {
    const name = POINTERS[pointer] ?? pointer.slice(pointer.lastIndexOf("/") + 1);
    if (name in draft) faults.set(/** @type {Field} */ (name), detail);
  }
  if (faults.size > 0) return faults;
  const found = FIELD_OF_CODE.find(([pattern]) => pattern.test(problem.code))?.[1];
  if (found === undefined) return faults;
  const shown = found === "quantity" && draft.kind === "MARKET" ? draft.sizeBy : found;
  return faults.set(shown === "trailingDelta" ? draft.trailBy : shown, problem.detail ?? problem.title);
}
