import { expect, test } from "vitest";
import { batchCancelSchema, batchPlaceSchema } from "../../api/schemas/order.ts";
import type { SymbolBody } from "../../infra/tools/api-client/endpoints.ts";
import { DEMO_MARKETS } from "../../infra/tools/demo/markets.ts";
import { PairTraders } from "../../infra/tools/demo/pair-traders.ts";
import { Random } from "../../infra/tools/demo/random.ts";

/** The simulated traders of `npm run demo`. */

const STEPS = 300;
const [market] = DEMO_MARKETS;
if (market === undefined) throw new Error("the demonstration has no market");
const pair: SymbolBody = {
  symbol: market.symbol,
  symbolNumber: 1,
  status: "ACTIVE",
  priceStep: "0.01",
  quantityStep: "0.00000001",
};

function batches(seed: number) {
  const traders = new PairTraders(new Random(seed), market as (typeof DEMO_MARKETS)[number], pair, null);
  return Array.from({ length: STEPS }, () => traders.next()).flat();
}

test("the same seed makes the same market, another one another", () => {
  expect(batches(1)).toEqual(batches(1));
  expect(batches(1)).not.toEqual(batches(2));
});

test("they send nothing but what the API documents, at most 100 in a batch", () => {
  const kinds = new Set<unknown>();
  for (const { items } of batches(3)) {
    expect(items.length).toBeLessThanOrEqual(100);
    for (const item of items) {
      const schema = "op" in item ? batchCancelSchema : batchPlaceSchema;
      expect(schema.safeParse(item).error).toBeUndefined();
      kinds.add("displayQuantity" in item ? "iceberg" : "type" in item ? item.type : "cancel");
    }
  }
  expect([...kinds].sort()).toEqual(["LIMIT", "MARKET", "STOP", "cancel", "iceberg"]);
});
