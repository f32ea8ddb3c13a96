import process from "node:process";
import { createTradeEngine } from "trade-engine-client";
import { StreamClient } from "trade-engine-client/stream";

/**
 * A user's program, run in a folder where the packed client is installed: arguments are the API's origin, a
 * user, and an Ed25519 pair as PEM. Prints what it saw as JSON.
 */
const [baseUrl = "", user = "", privateKey = "", publicKey = ""] = process.argv.slice(2);

const byToken = createTradeEngine({ baseUrl, credentials: { token: () => `dev:${user}` } });
const scopes: ("read" | "trade")[] = ["read", "trade"];
const hmac = await byToken.createApiKey({
  throwOnError: true,
  body: { name: "hmac", kind: "HMAC_SHA256", scopes },
});
const ed25519 = await byToken.createApiKey({
  throwOnError: true,
  body: { name: "ed25519", kind: "ED25519", publicKey, scopes },
});
const byHmac = createTradeEngine({
  baseUrl,
  credentials: { apiKey: hmac.data.apiKey.keyId, secret: hmac.data.secret ?? "" },
});
const byEd25519 = createTradeEngine({
  baseUrl,
  credentials: { apiKey: ed25519.data.apiKey.keyId, privateKey },
});

const body = { symbol: "ETH/USDT", side: "BUY", type: "LIMIT", quantity: "0.5", price: "1000" } as const;
const placed = await Promise.all(
  [byToken, byHmac, byEd25519].map((engine) => engine.placeOrder({ body, throwOnError: true })),
);
const open = await byHmac.listOrders({ query: { status: ["OPEN"] }, throwOnError: true });
// @ts-expect-error there is no such side
const misspelt = () => byToken.placeOrder({ body: { ...body, side: "BUYS" } });
const refused = await byHmac.placeOrder({ body: { ...body, price: "1000.001" } });

const stream = new StreamClient({ url: `${baseUrl.replace("http", "ws")}/ws` });
const bookShowsThem = await new Promise<boolean>((resolve) => {
  const giveUp = setTimeout(() => resolve(false), 10_000);
  stream.book("ETH/USDT", (book) => {
    const [best] = book.bids(1);
    if (best === undefined || Number(best[1]) < 1.5) return;
    clearTimeout(giveUp);
    resolve(true);
  });
});
stream.close();

const headers = { "Idempotency-Key": `${user}-once` };
const first = await byEd25519.placeOrder({ body, headers, throwOnError: true });
const again = await byEd25519.placeOrder({ body, headers, throwOnError: true });
for (const { data } of [...placed, first]) {
  await byEd25519.cancelOrder({ path: { orderId: data.orderId }, throwOnError: true });
}

process.stdout.write(
  JSON.stringify({
    byToken: statusOf(placed[0]),
    byHmac: statusOf(placed[1]),
    byEd25519: statusOf(placed[2]),
    openOrders: open.data.orders.length,
    misspelt: typeof misspelt,
    bookShowsThem,
    refusal: refused.error && "code" in refused.error ? refused.error.code : null,
    sameKeySameOrder: first.data.orderId === again.data.orderId,
  }),
);

function statusOf(answer: { readonly data: object } | undefined): unknown {
  return answer !== undefined && "status" in answer.data ? answer.data.status : null;
}
