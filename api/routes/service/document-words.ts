/** What the OpenAPI document says beside its schemas. */

export const TAGS = [
  {
    name: "orders",
    description:
      "Placing, changing and finding the caller's orders. An order's status goes from PENDING (durable, not sequenced) by OPEN and PARTIALLY_FILLED to one final state: FILLED, CANCELLED, EXPIRED or REJECTED, with its `reason`.",
  },
  {
    name: "order lists",
    description: "Two orders of which one cancels the other (OCO): a limit leg and a stop leg.",
  },
  { name: "trades", description: "The caller's own trades, with the side that was theirs." },
  { name: "symbols", description: "Pairs with their steps and limits, and the clock. Public." },
  { name: "markets", description: "Books, trades, tickers and candles. Public." },
  {
    name: "api keys",
    description:
      "Keys that programs sign their requests with. They are managed with a token, and can do no more than the token that made them.",
  },
  {
    name: "admin",
    description: "For operators: scope `admin`. Every call is put on record before it is carried out.",
  },
  { name: "service", description: "Probes." },
];

export const DESCRIPTION = `Order entry, order books, matching and trades of a self-hosted spot trade engine.

**Amounts** are decimal strings, never JSON numbers; a price is a multiple of the pair's \`priceStep\`, a quantity of
its \`quantityStep\`, and nothing is ever rounded. **Times** are ISO 8601 in UTC with milliseconds. A **pair** is
\`BTC/USDT\` in bodies and query strings, \`BTC-USDT\` in paths.

**What a command is answered with.** \`responseType\` says what is waited for: ACK until it is durable (202), RESULT
(the default) until the engine has committed it, FULL with the fills. What the engine refuses is 422 (409 in
conflicts) with a stable \`code\`. 202 without having asked for it means that nobody knows yet: the order may still
execute. Send the same request with the same \`Idempotency-Key\` again to find out; it does nothing twice.

**Errors** are RFC 9457 problem documents. \`code\` is stable and has one status and one meaning; \`errors\` points at
each bad field.

**Limits** are counted for each API key (or user, with a token) and for each address, orders, cancels and reads apart.
\`RateLimit-*\` fields tell what is left, 429 comes with \`Retry-After\`. A batch counts as what stands in it.`;

/** As in package.json; the name is one of those that SPDX leaves to everybody. */
export const LICENSE = { name: "Unlicensed", identifier: "LicenseRef-Unlicensed" };

const SIGNED =
  "Of a signed request, together with the other three. The signature is over `timestamp \\n nonce \\n METHOD \\n path-with-query \\n sha256(body)`, the hash in lower-case hexadecimal.";

export const SECURITY_SCHEMES = {
  bearer: {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description:
      "A token of the configured issuer: `sub` is the user, `scope` holds read, trade, admin. With dev tokens on, `dev:<userId>` is that user with every scope.",
  },
  apiKey: { type: "apiKey", in: "header", name: "X-API-Key", description: `The key's id. ${SIGNED}` },
  timestamp: {
    type: "apiKey",
    in: "header",
    name: "X-Timestamp",
    description: `Milliseconds since 1970, when it was signed; counts for 5 seconds unless set otherwise. ${SIGNED}`,
  },
  nonce: {
    type: "apiKey",
    in: "header",
    name: "X-Nonce",
    description: `1 to 64 letters, digits, - and _, never used before with this key. ${SIGNED}`,
  },
  signature: {
    type: "apiKey",
    in: "header",
    name: "X-Signature",
    description: `HMAC-SHA256 (64 digits) or Ed25519 (128 digits), hexadecimal. ${SIGNED}`,
  },
} as const;
