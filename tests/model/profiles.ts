import fc from "fast-check";
import { SymbolStatus } from "../../engine/core/terms.ts";
import { type MarketDraw, type Profile, weighted } from "./random-orders.ts";

const LARGEST = Number.MAX_SAFE_INTEGER;

function market(draws: {
  readonly price: fc.Arbitrary<readonly [number, number]>;
  readonly quantity: fc.Arbitrary<readonly [number, number]>;
  readonly minNotional: fc.Arbitrary<bigint>;
  readonly priceBandBps: fc.Arbitrary<number>;
  readonly referencePrice: fc.Arbitrary<number>;
  readonly maxOpenOrders: fc.Arbitrary<number>;
}): fc.Arbitrary<MarketDraw> {
  const { price, quantity, ...rest } = draws;
  return fc
    .record({ ...rest, price, quantity, sessionEndMinute: weighted([2, 0], [1, 750], [1, 1_439]) })
    .map(({ price: [minPrice, maxPrice], quantity: [minQuantity, maxQuantity], ...drawn }) => ({
      ...drawn,
      minPrice,
      maxPrice,
      minQuantity,
      maxQuantity,
      status: SymbolStatus.Active,
    }));
}

/** Few prices, few users, tiny sizes: long queues, own orders met, everything collides. */
const CROWDED = market({
  price: weighted([5, [1, 1_000]], [1, [92, 109]]),
  quantity: weighted([5, [1, 1_000]], [1, [2, 9]]),
  minNotional: weighted([5, 0n], [1, 250n]),
  priceBandBps: weighted([5, 0], [2, 700], [1, 300]),
  referencePrice: weighted([1, 0], [1, 100]),
  maxOpenOrders: weighted([4, 0], [1, 9]),
});

const crowded = {
  users: 4,
  busy: 0,
  calm: false,
  symbols: 2,
  spread: 4,
  price: fc.integer({ min: 90, max: 110 }),
  quantity: fc.integer({ min: 1, max: 10 }),
  display: fc.integer({ min: 1, max: 5 }),
  distance: fc.integer({ min: 1, max: 9 }),
  quote: fc.bigInt({ min: 1n, max: 2_500n }),
  market: CROWDED,
};

/** LIMIT and MARKET with GTC, IOC, FOK; cancels, amends, symbol status, filters. */
export const PLAIN: Profile = { ...crowded, name: "plain orders", plainOnly: true, keen: false };

export const EVERYTHING: Profile = { ...crowded, name: "everything, crowded", plainOnly: false, keen: false };

/** Many levels and many users: sweeps are long, own orders are rare. */
export const DEEP: Profile = {
  name: "everything, deep books",
  users: 12,
  busy: 0,
  calm: false,
  symbols: 2,
  spread: 90,
  price: fc.integer({ min: 900, max: 1_100 }),
  quantity: weighted([4, 1], [4, 7], [2, 40], [1, 400]),
  display: weighted([2, 3], [1, 20]),
  distance: fc.integer({ min: 1, max: 60 }),
  quote: fc.bigInt({ min: 1n, max: 500_000n }),
  market: market({
    price: weighted([1, [1, 100_000]]),
    quantity: weighted([1, [1, 100_000]]),
    minNotional: weighted([1, 0n]),
    priceBandBps: weighted([2, 0], [1, 500]),
    referencePrice: weighted([1, 1_000]),
    maxOpenOrders: weighted([1, 0]),
  }),
  plainOnly: false,
  keen: false,
};

/** A few prices next to each other and stops at all of them: one trade sets off chains. */
export const CASCADES: Profile = {
  name: "everything, chains of triggers",
  users: 6,
  busy: 0,
  calm: false,
  symbols: 1,
  spread: 1,
  price: fc.integer({ min: 97, max: 103 }),
  quantity: fc.integer({ min: 1, max: 3 }),
  display: fc.integer({ min: 1, max: 2 }),
  distance: fc.integer({ min: 1, max: 3 }),
  quote: fc.bigInt({ min: 1n, max: 900n }),
  market: market({
    price: weighted([1, [1, 1_000]]),
    quantity: weighted([1, [1, 1_000]]),
    minNotional: weighted([1, 0n]),
    priceBandBps: weighted([4, 0], [1, 150]),
    referencePrice: weighted([1, 0], [1, 100]),
    maxOpenOrders: weighted([1, 0]),
  }),
  plainOnly: false,
  keen: false,
};

/** At the ends of what the numbers hold: products need 106 bits. */
export const HUGE: Profile = {
  name: "everything, amounts up to 2^53−1",
  users: 4,
  busy: 0,
  calm: false,
  symbols: 2,
  spread: 0,
  price: fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: LARGEST - 6, max: LARGEST }) },
    { weight: 2, arbitrary: fc.integer({ min: 1, max: 6 }) },
    { weight: 1, arbitrary: fc.integer({ min: 2 ** 52 - 3, max: 2 ** 52 + 3 }) },
  ),
  quantity: fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: LARGEST - 3, max: LARGEST }) },
    { weight: 3, arbitrary: fc.integer({ min: 1, max: 4 }) },
    { weight: 2, arbitrary: fc.integer({ min: 2 ** 51, max: 2 ** 52 }) },
  ),
  // An iceberg prints a trade per slice: a few slices are enough.
  display: fc.integer({ min: 2 ** 50, max: LARGEST }),
  distance: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 2 ** 52, max: LARGEST })),
  quote: fc.oneof(
    fc.bigInt({ min: (1n << 106n) - 9n, max: (1n << 106n) - 1n }),
    fc.bigInt({ min: 1n, max: 1n << 54n }),
    fc.bigInt({ min: 1n << 100n, max: 1n << 105n }),
  ),
  market: market({
    price: weighted([1, [1, LARGEST]]),
    quantity: weighted([1, [1, LARGEST]]),
    minNotional: weighted([2, 0n], [1, 1n << 60n]),
    priceBandBps: weighted([3, 0], [1, 9_999], [1, 1]),
    referencePrice: weighted([1, 0], [1, LARGEST - 3], [1, 2 ** 52]),
    maxOpenOrders: weighted([1, 0]),
  }),
  plainOnly: false,
  keen: false,
};

/** Thousands of orders and users in a dozen symbols: every table and index grows, and gives rows again. */
export const GROWING: Profile = {
  ...DEEP,
  name: "everything, growing",
  users: 5_000,
  busy: 4_000,
  calm: true,
  symbols: 12,
  spread: 900,
  price: fc.integer({ min: 10_000, max: 11_000 }),
  quantity: weighted([1, 1], [1, 3], [1, 12]),
  display: weighted([1, 2]),
  quote: fc.bigInt({ min: 1n, max: 50_000n }),
  market: market({
    price: weighted([1, [1, 100_000]]),
    quantity: weighted([1, [1, 100_000]]),
    minNotional: weighted([1, 0n]),
    priceBandBps: weighted([1, 0]),
    referencePrice: weighted([1, 1_000]),
    maxOpenOrders: weighted([1, 0], [1, 100_000]),
  }),
};

/** All or nothing against icebergs and own orders, by quantity and by quote. */
export const KEEN: Profile = {
  ...crowded,
  name: "all or nothing",
  users: 3,
  price: fc.integer({ min: 97, max: 103 }),
  quote: fc.bigInt({ min: 90n, max: 3_000n }),
  market: market({
    price: weighted([1, [1, 1_000]]),
    quantity: weighted([1, [1, 1_000]]),
    minNotional: weighted([1, 0n]),
    priceBandBps: weighted([3, 0], [1, 300]),
    referencePrice: weighted([1, 100]),
    maxOpenOrders: weighted([1, 0]),
  }),
  spread: 3,
  plainOnly: false,
  keen: true,
};
