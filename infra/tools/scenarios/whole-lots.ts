/**
 * Scenarios count in whole lots. Some engines' own tests have quantities such as 0.5: all of such a
 * scenario's quantities are then counted in the smallest step that it needs, in what it does and in what
 * it expects, exactly. Prices stay as they are.
 */

type Json = unknown;
type JsonObject = Readonly<Record<string, Json>>;

/** Keys of steps and expectations whose numbers are quantities (or, of `cost`, price × quantity). */
const QUANTITIES: ReadonlySet<string> = new Set([
  "qty",
  "displayQty",
  "remaining",
  "filled",
  "cost",
  "takerRemaining",
  "cancelledQty",
  "reducedBy",
]);

/** Keys under which every number is a quantity: {bids, asks}. */
const TOTALS: ReadonlySet<string> = new Set(["volume", "visibleVolume"]);

/** Where rows of a list have their quantity: [price, quantity, …], [id, price, quantity]. */
const ROW_PLACES: Readonly<Record<string, number>> = { book: 1, bbo: 1, bookOrders: 2 };

/** The scenario's steps and expectation, with every quantity whole; itself when they are already. */
export function inWholeLots(scenario: JsonObject): JsonObject {
  let decimals = 0;
  eachQuantity(scenario, (quantity) => {
    decimals = Math.max(decimals, decimalsOf(quantity));
    return quantity;
  });
  return decimals === 0
    ? scenario
    : (eachQuantity(scenario, (quantity) => scaled(quantity, decimals)) as JsonObject);
}

/** A copy with every quantity turned into what `turn` makes of it. */
function eachQuantity(value: Json, turn: (quantity: number) => number): Json {
  return walk(value, { isQuantity: false, rowPlace: null }, turn);
}

interface Context {
  readonly isQuantity: boolean;
  /** Below a key whose rows have their quantity at this place. */
  readonly rowPlace: number | null;
}

function walk(value: Json, context: Context, turn: (quantity: number) => number): Json {
  if (typeof value === "number") return context.isQuantity ? turn(value) : value;
  if (Array.isArray(value)) {
    const isRow = context.rowPlace !== null && !value.some((cell) => typeof cell === "object");
    return value.map((cell, place) =>
      walk(cell, isRow ? { isQuantity: place === context.rowPlace, rowPlace: null } : context, turn),
    );
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const isQuantity = QUANTITIES.has(key) || TOTALS.has(key) || (context.isQuantity && SIDES.has(key));
      return [key, walk(inner, { isQuantity, rowPlace: ROW_PLACES[key] ?? context.rowPlace }, turn)];
    }),
  );
}

const SIDES: ReadonlySet<string> = new Set(["bids", "asks"]);

/** Places after the point of the shortest decimal that reads as this number. */
function decimalsOf(value: number): number {
  return /^-?\d+\.(\d+)$/.exec(String(value))?.[1]?.length ?? 0;
}

/** × 10^decimals by moving the point, so that nothing is rounded on the way. */
function scaled(value: number, decimals: number): number {
  const match = /^(-?\d+)(?:\.(\d+))?$/.exec(String(value));
  // What is written with an exponent is beyond any engine's range: it stays beyond.
  if (match === null) return value * 10 ** decimals;
  return Number(`${match[1]}${(match[2] ?? "").padEnd(decimals, "0")}`);
}
