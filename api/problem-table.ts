import type { CodeName } from "../engine/core/codes.ts";

/**
 * The one table from code to HTTP status and meaning. A code is public and stable: it is never
 * given another status or another meaning. Refusals of the engine (`engine/core/codes.ts`, below
 * 100) and faults found at the edge stand side by side, so a client learns one list.
 */

export interface ProblemKind {
  readonly status: ProblemStatus;
  readonly title: string;
}

export type ProblemStatus = 400 | 401 | 403 | 404 | 405 | 408 | 409 | 413 | 415 | 422 | 426 | 429 | 500 | 503;

/** Names of reasons why an order ended: told in `reason`, never as an error. */
type EndReason = Extract<CodeName, `CANCELLED_${string}` | `EXPIRED_${string}`>;

/** Every code with which the engine refuses a command. */
export type EngineRefusal = Exclude<CodeName, "NONE" | EndReason>;

const ENGINE = {
  MALFORMED_COMMAND: { status: 400, title: "The engine could not read the command" },
  INTERNAL_REFUSED: { status: 500, title: "The engine could not carry the command out" },
  COMMAND_FROM_THE_FUTURE: { status: 503, title: "The clock of this API process is ahead of the engine's" },
  COMMAND_TOO_OLD: { status: 409, title: "The command is too old to be sent again" },

  UNKNOWN_SYMBOL: { status: 422, title: "There is no such symbol" },
  SYMBOL_HALTED: { status: 422, title: "Trading in the symbol is halted" },
  SYMBOL_IN_MAINTENANCE: { status: 422, title: "The symbol is in maintenance" },
  SYMBOL_DELISTED: { status: 422, title: "The symbol is delisted" },
  SYMBOL_EXISTS: { status: 409, title: "There is a symbol of that name already" },
  INVALID_SYMBOL_DEFINITION: { status: 422, title: "The symbol's definition contradicts itself" },

  PRICE_NOT_ON_TICK: { status: 422, title: "The price is no multiple of the price step" },
  QUANTITY_NOT_ON_LOT: { status: 422, title: "The quantity is no multiple of the quantity step" },
  PRICE_TOO_LOW: { status: 422, title: "The price is below the symbol's minimum" },
  PRICE_TOO_HIGH: { status: 422, title: "The price is above the symbol's maximum" },
  QUANTITY_TOO_SMALL: { status: 422, title: "The quantity is below the symbol's minimum" },
  QUANTITY_TOO_LARGE: { status: 422, title: "The quantity is above the symbol's maximum" },
  NOTIONAL_TOO_SMALL: { status: 422, title: "Price × quantity is below the symbol's minimum" },
  PRICE_OUTSIDE_BAND: { status: 422, title: "The price is outside the symbol's price band" },
  AMOUNT_OUT_OF_RANGE: { status: 422, title: "The amount is beyond what can be held exactly" },
  QUOTE_QUANTITY_NOT_ON_STEP: {
    status: 422,
    title: "The quote quantity is no multiple of price step × quantity step",
  },

  PRICE_REQUIRED: { status: 422, title: "An order of this type needs a price" },
  PRICE_NOT_ALLOWED: { status: 422, title: "An order of this type takes no price" },
  QUANTITY_REQUIRED: { status: 422, title: "The order needs a quantity" },
  QUOTE_QUANTITY_NOT_ALLOWED: { status: 422, title: "A quote quantity is for MARKET orders, alone" },
  STOP_PRICE_REQUIRED: { status: 422, title: "An order of this type needs a stop price" },
  STOP_PRICE_NOT_ALLOWED: { status: 422, title: "An order of this type takes no stop price" },
  TRAILING_VALUE_REQUIRED: { status: 422, title: "A trailing stop needs trailingDelta or trailingAmount" },
  TRAILING_VALUE_NOT_ALLOWED: { status: 422, title: "Trailing values are for trailing stops only" },
  TRAILING_VALUE_INVALID: { status: 422, title: "The trailing value is out of its range" },
  TIME_IN_FORCE_NOT_ALLOWED: { status: 422, title: "The order's type does not take this time in force" },
  POST_ONLY_NOT_ALLOWED: { status: 422, title: "The order's type or time in force rules postOnly out" },
  DISPLAY_QUANTITY_NOT_ALLOWED: { status: 422, title: "Only a resting LIMIT order has a display quantity" },
  DISPLAY_QUANTITY_INVALID: { status: 422, title: "The display quantity is out of its range" },
  EXPIRE_AT_REQUIRED: { status: 422, title: "A GTD order needs expireAt" },
  EXPIRE_AT_NOT_ALLOWED: { status: 422, title: "The order's type and time in force take no expireAt" },
  EXPIRE_AT_IN_THE_PAST: { status: 422, title: "expireAt is not in the future" },
  LIST_PRICES_INVALID: { status: 422, title: "The list's prices are not either side of the last price" },
  AMEND_NOT_ALLOWED: { status: 422, title: "The order has no such field to amend" },
  AMEND_EMPTY: { status: 422, title: "The amend changes nothing" },

  DUPLICATE_ORDER_ID: { status: 409, title: "The order id has been used" },
  DUPLICATE_CLIENT_ORDER_ID: { status: 409, title: "An open order has this client order id" },
  TOO_MANY_OPEN_ORDERS: { status: 422, title: "The limit of open orders is reached" },
  USER_DISABLED: { status: 422, title: "The user's trading is switched off" },
  POST_ONLY_WOULD_CROSS: { status: 422, title: "The postOnly order would have matched" },
  STOP_WOULD_TRIGGER: { status: 422, title: "The stop's condition holds already" },
  LIST_WOULD_MATCH: { status: 422, title: "The list's limit leg would match on entry" },
  ORDER_NOT_OPEN: { status: 409, title: "The order is not open any more" },
  LIST_NOT_OPEN: { status: 409, title: "The list is not open any more" },
  REPLACE_STOPPED: { status: 422, title: "The other half of the replacement was refused" },
} as const satisfies Record<EngineRefusal, ProblemKind>;

const EDGE = {
  MALFORMED_JSON: { status: 400, title: "The body is not JSON" },
  VALIDATION_FAILED: { status: 400, title: "The request is not of the documented form" },
  UNKNOWN_FIELD: { status: 400, title: "The request has a field that is not documented" },
  AMOUNT_MALFORMED: { status: 400, title: "The amount is no decimal number" },
  AMOUNT_HAS_EXPONENT: { status: 400, title: "Amounts are written without an exponent" },
  AMOUNT_NEGATIVE: { status: 400, title: "The amount is negative" },
  AMOUNT_ZERO: { status: 400, title: "The amount is zero" },
  MALFORMED_ID: { status: 400, title: "The id is not a UUID" },
  MALFORMED_CURSOR: { status: 400, title: "The cursor is not one that this API gave" },
  MALFORMED_IDEMPOTENCY_KEY: {
    status: 400,
    title: "The Idempotency-Key is empty, too long or not printable",
  },
  UNAUTHENTICATED: { status: 401, title: "The request names nobody" },
  TOKEN_EXPIRED: { status: 401, title: "The token has expired" },
  SIGNATURE_INVALID: { status: 401, title: "There is no such API key, or the signature is not its own" },
  TIMESTAMP_OUTSIDE_WINDOW: { status: 401, title: "The request was signed too long ago, or in the future" },
  NONCE_REUSED: { status: 401, title: "A request was signed with this nonce before" },
  API_KEY_EXPIRED: { status: 401, title: "The API key has expired" },
  API_KEY_REVOKED: { status: 401, title: "The API key was revoked" },
  FORBIDDEN: { status: 403, title: "The caller lacks the scope for this" },
  ADDRESS_NOT_ALLOWED: { status: 403, title: "The API key is not for use from this address" },
  TOKEN_REQUIRED: { status: 403, title: "API keys do not manage API keys: come with a token" },
  HOST_NOT_ALLOWED: { status: 403, title: "This API does not answer under that host name" },
  ORIGIN_NOT_ALLOWED: { status: 403, title: "Pages of that origin may not call this API" },
  NOT_FOUND: { status: 404, title: "There is nothing at this address" },
  ORDER_NOT_FOUND: { status: 404, title: "The caller has no such order" },
  LIST_NOT_FOUND: { status: 404, title: "The caller has no such list" },
  API_KEY_NOT_FOUND: { status: 404, title: "The caller has no such API key" },
  GROUP_NOT_FOUND: { status: 404, title: "There is no such symbol group" },
  SYMBOL_NOT_FOUND: { status: 404, title: "There is no symbol at this address" },
  METHOD_NOT_ALLOWED: { status: 405, title: "The address does not take this method" },
  REQUEST_TIMEOUT: { status: 408, title: "The request took too long to arrive" },
  IDEMPOTENCY_KEY_IN_FLIGHT: { status: 409, title: "A request with this key is being answered" },
  BODY_TOO_LARGE: { status: 413, title: "The body is too large" },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, title: "The body's content type is not application/json" },
  IDEMPOTENCY_KEY_REUSED: { status: 422, title: "The key was used with another request" },
  TOO_MANY_API_KEYS: { status: 422, title: "The caller has as many API keys as one may have" },
  HMAC_NOT_CONFIGURED: { status: 422, title: "This API keeps no secrets: use an Ed25519 key" },
  WEBSOCKET_EXPECTED: { status: 426, title: "This address takes WebSockets only" },
  TOO_MANY_CONNECTIONS: { status: 429, title: "There are as many connections as there may be" },
  RATE_LIMITED: { status: 429, title: "Too many requests" },
  INTERNAL_ERROR: { status: 500, title: "Something went wrong in this API process" },
  NOT_PLACED: { status: 503, title: "The command did not reach the queue; nothing happens" },
  TOO_MANY_PENDING: { status: 503, title: "Too many commands wait for their answers; nothing was sent" },
  TOKEN_KEYS_UNAVAILABLE: { status: 503, title: "The keys of the token's issuer cannot be read" },
  NONCES_UNAVAILABLE: {
    status: 503,
    title: "Whether the request was sent before cannot be told; nothing happens",
  },
  DATABASE_UNAVAILABLE: { status: 503, title: "The records cannot be reached" },
  REDIS_UNAVAILABLE: { status: 503, title: "The cache cannot be reached" },
  QUEUE_UNAVAILABLE: { status: 503, title: "The queue cannot be reached" },
  MARKET_DATA_UNAVAILABLE: { status: 503, title: "The symbol's book is not known yet" },
} as const satisfies Record<string, ProblemKind>;

/** Every code of every problem document, with its one status and one meaning. */
export const PROBLEMS = { ...ENGINE, ...EDGE };

export type ProblemCode = keyof typeof PROBLEMS;

/** The codes as a non-empty list, for schemas. */
export const PROBLEM_CODES = Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]];

/** True for the public name of a problem; reasons for an end are none. */
export function isProblemCode(name: string): name is ProblemCode {
  return Object.hasOwn(PROBLEMS, name);
}
