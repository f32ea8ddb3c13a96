import fc from "fast-check";
import {
  OrderType,
  SelfTradePrevention,
  Side,
  type SymbolStatus,
  TimeInForce,
} from "../../engine/core/terms.ts";

/** What kind of trading is drawn: which prices and quantities, how many users, how much of what. */
export interface Profile {
  readonly name: string;
  readonly users: number;
  /** How much more often than the others the first user is drawn. */
  readonly busy: number;
  /** No halts, no delisting: what is there stays. */
  readonly calm: boolean;
  /** Symbols that are there from the start. */
  readonly symbols: number;
  /** Ticks that most limits keep away from the other side: what makes books deep. */
  readonly spread: number;
  readonly price: fc.Arbitrary<number>;
  readonly quantity: fc.Arbitrary<number>;
  /** Lots that an iceberg shows. */
  readonly display: fc.Arbitrary<number>;
  /** Distances of trailing stops, ticks. */
  readonly distance: fc.Arbitrary<number>;
  readonly quote: fc.Arbitrary<bigint>;
  readonly market: fc.Arbitrary<MarketDraw>;
  /** LIMIT and MARKET with GTC, IOC, FOK and the commands that go with them; else everything. */
  readonly plainOnly: boolean;
  /** Mostly FOK and MARKET against what rests, often by quote. */
  readonly keen: boolean;
}

/** A symbol's rules as drawn. */
export interface MarketDraw {
  readonly minPrice: number;
  readonly maxPrice: number;
  readonly minQuantity: number;
  readonly maxQuantity: number;
  readonly minNotional: bigint;
  readonly priceBandBps: number;
  readonly referencePrice: number;
  readonly sessionEndMinute: number;
  readonly maxOpenOrders: number;
  readonly status: SymbolStatus;
}

/** An order as drawn: plain data, so that a failure prints it; 0 and "" mean "not given". */
export interface OrderDraw {
  readonly user: number;
  readonly side: Side;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  readonly selfTradePrevention: SelfTradePrevention;
  readonly postOnly: boolean;
  readonly client: string;
  readonly price: number;
  readonly quantity: number;
  readonly quoteQuantity: bigint;
  readonly displayQuantity: number;
  readonly stopPrice: number;
  readonly trailingDelta: number;
  readonly trailingAmount: number;
  readonly activationPrice: number;
  /** Added to the command's time; 0: none. */
  readonly expireInMs: number;
}

/** One leaf that takes the first value when it shrinks. */
export function weighted<T>(...choices: readonly (readonly [number, T])[]): fc.Arbitrary<T> {
  const total = choices.reduce((sum, [weight]) => sum + weight, 0);
  const [first] = choices;
  if (first === undefined) throw new Error("nothing to choose from");
  return fc.integer({ min: 0, max: total - 1 }).map((drawn) => {
    let left = drawn;
    for (const [weight, value] of choices) {
      if (left < weight) return value;
      left -= weight;
    }
    return first[1];
  });
}

const SIDE = weighted([1, Side.Buy], [1, Side.Sell]);
const TYPE = weighted(
  [60, OrderType.Limit],
  [12, OrderType.Market],
  [8, OrderType.Stop],
  [9, OrderType.StopLimit],
  [11, OrderType.TrailingStop],
);
const PLAIN_TYPE = weighted([85, OrderType.Limit], [15, OrderType.Market]);
const LIMIT_TIME = weighted(
  [62, TimeInForce.Gtc],
  [10, TimeInForce.Ioc],
  [10, TimeInForce.Fok],
  [9, TimeInForce.Day],
  [9, TimeInForce.Gtd],
);
const PLAIN_TIME = weighted([75, TimeInForce.Gtc], [12, TimeInForce.Ioc], [13, TimeInForce.Fok]);
const MARKET_TIME = weighted([3, TimeInForce.Ioc], [1, TimeInForce.Fok]);
const KEEN_TYPE = weighted([55, OrderType.Limit], [45, OrderType.Market]);
const KEEN_TIME = weighted([60, TimeInForce.Gtc], [30, TimeInForce.Fok], [10, TimeInForce.Ioc]);
const KEEN_MARKET_TIME = weighted([4, TimeInForce.Fok], [1, TimeInForce.Ioc]);
const PREVENTION = weighted(
  [30, SelfTradePrevention.ExpireTaker],
  [18, SelfTradePrevention.ExpireMaker],
  [12, SelfTradePrevention.ExpireBoth],
  [20, SelfTradePrevention.Decrement],
  [20, SelfTradePrevention.None],
);
const WAIT_MS = weighted([4, 1_000], [3, 60_000], [3, 3_600_000], [1, 40_000_000]);

/** Mostly orders that the checks let pass; one in twenty has something that does not fit. */
export function orderDraw(profile: Profile): fc.Arbitrary<OrderDraw> {
  const raw = fc.record({
    user: fc.integer({ min: -profile.busy, max: profile.users - 1 }).map((drawn) => Math.max(drawn, 0)),
    side: SIDE,
    type: profile.keen ? KEEN_TYPE : profile.plainOnly ? PLAIN_TYPE : TYPE,
    limitTime: profile.keen ? KEEN_TIME : profile.plainOnly ? PLAIN_TIME : LIMIT_TIME,
    marketTime: profile.keen ? KEEN_MARKET_TIME : MARKET_TIME,
    selfTradePrevention: PREVENTION,
    price: profile.price,
    other: profile.price,
    quantity: profile.quantity,
    distance: profile.distance,
    display: profile.display,
    quote: profile.quote,
    bps: fc.integer({ min: 1, max: 1_500 }),
    waitMs: WAIT_MS,
    dice: fc.integer({ min: 0, max: 99 }),
    client: fc.integer({ min: 0, max: 11 }),
    noise: fc.integer({ min: 0, max: 239 }),
  });
  return raw.map((drawn) => spoil(fitting(drawn, profile), drawn));
}

interface RawOrder {
  readonly user: number;
  readonly side: Side;
  readonly type: OrderType;
  readonly limitTime: TimeInForce;
  readonly marketTime: TimeInForce;
  readonly selfTradePrevention: SelfTradePrevention;
  readonly price: number;
  readonly other: number;
  readonly quantity: number;
  readonly distance: number;
  readonly display: number;
  readonly quote: bigint;
  readonly bps: number;
  readonly waitMs: number;
  readonly dice: number;
  readonly client: number;
  readonly noise: number;
}

function fitting(drawn: RawOrder, profile: Profile): OrderDraw {
  const { type, dice } = drawn;
  const hasStop = type === OrderType.Stop || type === OrderType.StopLimit;
  const trails = type === OrderType.TrailingStop;
  const hasPrice = type === OrderType.Limit || type === OrderType.StopLimit || (trails && dice % 3 === 0);
  const timeInForce = hasPrice ? drawn.limitTime : drawn.marketTime;
  const immediate = timeInForce === TimeInForce.Ioc || timeInForce === TimeInForce.Fok;
  const byQuote = type === OrderType.Market && dice < (profile.keen ? 70 : 40);
  const shows = !profile.plainOnly && type === OrderType.Limit && !immediate && dice >= 70;
  const limitedWait = (hasStop || trails) && !hasPrice && dice < 25;
  return {
    user: drawn.user,
    side: drawn.side,
    type,
    timeInForce,
    selfTradePrevention: drawn.selfTradePrevention,
    postOnly: !profile.plainOnly && hasPrice && !immediate && dice < 12,
    client: drawn.client < 4 ? `c${drawn.client}` : "",
    price: hasPrice ? apart(drawn, profile.spread) : 0,
    quantity: byQuote ? 0 : drawn.quantity,
    quoteQuantity: byQuote ? drawn.quote : 0n,
    displayQuantity: shows && drawn.display <= drawn.quantity ? drawn.display : 0,
    stopPrice: hasStop ? drawn.other : 0,
    trailingDelta: trails && dice % 2 === 0 ? drawn.bps : 0,
    trailingAmount: trails && dice % 2 === 1 ? drawn.distance : 0,
    activationPrice: trails && dice >= 60 ? drawn.other : 0,
    expireInMs: timeInForce === TimeInForce.Gtd || limitedWait ? drawn.waitMs : 0,
  };
}

/** Five limits in six stand back from the middle. */
function apart(drawn: RawOrder, spread: number): number {
  if (drawn.dice % 6 === 0) return drawn.price;
  return drawn.side === Side.Buy ? drawn.price - spread : drawn.price + spread;
}

/** One field of one order in twenty becomes something that its checks must find. */
function spoil(order: OrderDraw, drawn: RawOrder): OrderDraw {
  switch (drawn.noise) {
    case 239:
      return { ...order, price: 0 };
    case 238:
      return { ...order, price: drawn.price };
    case 237:
      return { ...order, quantity: 0 };
    case 236:
      return { ...order, quantity: drawn.quantity };
    case 235:
      return { ...order, stopPrice: drawn.other };
    case 234:
      return { ...order, trailingDelta: drawn.bps * 10 };
    case 233:
      return { ...order, postOnly: true };
    case 232:
      return { ...order, displayQuantity: drawn.display };
    case 231:
      return { ...order, expireInMs: drawn.waitMs };
    case 230:
      return { ...order, timeInForce: drawn.limitTime };
    case 229:
      return { ...order, quoteQuantity: drawn.quote };
    case 228:
      return { ...order, activationPrice: drawn.other };
    case 227:
      return { ...order, expireInMs: -1 };
    default:
      return order;
  }
}
