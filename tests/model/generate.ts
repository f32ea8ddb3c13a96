import fc from "fast-check";
import { AmendField } from "../../engine/core/command.ts";
import { OrderType, Side, SymbolStatus, TimeInForce } from "../../engine/core/terms.ts";
import { type MarketDraw, type OrderDraw, orderDraw, type Profile, weighted } from "./random-orders.ts";

/**
 * Random histories as plain data. What a step aims at is drawn as a number and looked up among the
 * orders that live when the step comes, so that most cancels and amends hit something, also after
 * shrinking has taken steps away.
 */

/** Which order a cancel, amend or replace means. */
export interface Aim {
  /** The n-th live order, in turn. */
  readonly pick: number;
  /** By id, by clientOrderId, at one that has ended, as somebody else, or as an operator. */
  readonly by: "id" | "client" | "ended" | "stranger" | "operator";
}

/** What makes a command malformed, or names an order twice. */
export type Fault = "none" | "id of a live order" | "no id" | "no user" | "no such type" | "no such side";

const FAULT = weighted<Fault>(
  [300, "none"],
  [3, "id of a live order"],
  [1, "no id"],
  [1, "no user"],
  [1, "no such type"],
  [1, "no such side"],
);

export interface AmendDraw {
  readonly mask: number;
  readonly price: number;
  readonly quantity: number;
  readonly stopPrice: number;
  readonly trailingDelta: number;
  readonly trailingAmount: number;
  readonly activationPrice: number;
  readonly displayQuantity: number;
}

export type Action =
  | { readonly kind: "place"; readonly order: OrderDraw; readonly fault: Fault }
  | { readonly kind: "cancel"; readonly aim: Aim }
  | { readonly kind: "cancelAll"; readonly user: number; readonly everywhere: boolean }
  | { readonly kind: "amend"; readonly aim: Aim; readonly amend: AmendDraw }
  | {
      readonly kind: "replace";
      readonly aim: Aim;
      readonly stop: boolean;
      readonly order: OrderDraw;
      readonly fault: Fault;
    }
  | {
      readonly kind: "list";
      readonly limitLeg: OrderDraw;
      readonly stopLeg: OrderDraw;
      readonly fault: Fault;
    }
  | { readonly kind: "cancelList"; readonly aim: Aim }
  | { readonly kind: "define"; readonly symbol: number; readonly market: MarketDraw }
  | { readonly kind: "status"; readonly status: SymbolStatus }
  | { readonly kind: "kill"; readonly user: number; readonly enabled: boolean }
  | { readonly kind: "expire" }
  | { readonly kind: "refusal" };

export interface Step {
  readonly advanceMs: number;
  /** From 1; one more than exist from the start may come. */
  readonly symbol: number;
  readonly action: Action;
}

export interface History {
  readonly markets: readonly MarketDraw[];
  readonly steps: readonly Step[];
}

const ADVANCE_MS = weighted([30, 0], [30, 1], [12, 900], [3, 61_000], [2, 3_600_000], [1, 43_200_000]);
const AIM: fc.Arbitrary<Aim> = fc.record({
  pick: fc.nat({ max: 999 }),
  by: weighted<Aim["by"]>([78, "id"], [10, "client"], [5, "ended"], [4, "stranger"], [3, "operator"]),
});
const STATUS = weighted(
  [80, SymbolStatus.Active],
  [10, SymbolStatus.Halted],
  [8, SymbolStatus.Maintenance],
  [2, SymbolStatus.Delisted],
);

/** A history of `least` to `length` commands after the definition of the profile's symbols. */
export function history(profile: Profile, length: number, least = 1): fc.Arbitrary<History> {
  const { symbols } = profile;
  return fc.record({
    markets: fc.array(profile.market, { minLength: symbols, maxLength: symbols }),
    // Without bias: fast-check would make most histories short, and short ones find little.
    steps: fc.noBias(fc.array(step(profile), { minLength: least, maxLength: length, size: "max" })),
  });
}

function step(profile: Profile): fc.Arbitrary<Step> {
  const others = Array.from({ length: profile.symbols }, (_, index) => [9, index + 2] as const);
  const symbol = weighted([80, 1], ...others.slice(0, -1), [1, profile.symbols + 1]);
  return fc.record({ advanceMs: ADVANCE_MS, symbol, action: action(profile) });
}

function action(profile: Profile): fc.Arbitrary<Action> {
  const order = orderDraw(profile);
  const user = fc.integer({ min: 0, max: profile.users - 1 });
  const kind = <K extends Action["kind"]>(name: K): fc.Arbitrary<K> => fc.constant(name);
  const place = fc.record({ kind: kind("place"), order, fault: FAULT });
  const cancel = fc.record({ kind: kind("cancel"), aim: AIM });
  const cancelAll = fc.record({
    kind: kind("cancelAll"),
    user,
    everywhere: weighted([1, false], [1, true]),
  });
  const amend = fc.record({ kind: kind("amend"), aim: AIM, amend: amendDraw(profile) });
  const status = fc.record({
    kind: kind("status"),
    status: profile.calm ? fc.constant(SymbolStatus.Active) : STATUS,
  });
  const define = fc.record({
    kind: kind("define"),
    symbol: weighted([3, profile.symbols + 1], [1, 1], [1, 0], [1, 65_536]),
    market: profile.market.map((drawn) => ({ ...drawn, maxPrice: drawn.maxPrice - (drawn.maxPrice % 2) })),
  });
  const refusal = fc.record({ kind: kind("refusal") });
  if (profile.plainOnly) {
    return fc.oneof(
      { weight: 140, arbitrary: place },
      { weight: 20, arbitrary: cancel },
      { weight: 30, arbitrary: amend },
      { weight: 2, arbitrary: cancelAll },
      { weight: 4, arbitrary: status },
      { weight: 1, arbitrary: define },
      { weight: 1, arbitrary: refusal },
    );
  }
  return fc.oneof(
    { weight: profile.calm ? 1_200 : 120, arbitrary: place },
    { weight: 12, arbitrary: cancel },
    { weight: 24, arbitrary: amend },
    {
      weight: 8,
      arbitrary: fc.record({
        kind: kind("replace"),
        aim: AIM,
        stop: weighted([1, true], [1, false]),
        order,
        fault: FAULT,
      }),
    },
    { weight: 12, arbitrary: list(order) },
    { weight: 1, arbitrary: fc.record({ kind: kind("cancelList"), aim: AIM }) },
    { weight: profile.calm ? 0 : 1, arbitrary: cancelAll },
    { weight: 5, arbitrary: fc.record({ kind: kind("expire") }) },
    { weight: 2, arbitrary: status },
    {
      weight: profile.calm ? 0 : 2,
      arbitrary: fc.record({ kind: kind("kill"), user, enabled: weighted([4, false], [1, true]) }),
    },
    { weight: 1, arbitrary: define },
    { weight: 1, arbitrary: refusal },
  );
}

/** Two drawn orders made into legs of one side, owner and quantity, mostly in the right order of prices. */
function list(order: fc.Arbitrary<OrderDraw>): fc.Arbitrary<Action> {
  const raw = fc.record({
    one: order,
    other: order,
    limited: weighted([1, true], [1, false]),
    exact: weighted([12, true], [1, false]),
    fault: FAULT,
  });
  return raw.map(({ one, other, limited, exact, fault }) => {
    if (!exact) return { kind: "list", limitLeg: one, stopLeg: other, fault };
    const prices = [one, other].map((leg) => Math.max(leg.price, leg.stopPrice, 1));
    const [high, low] = [Math.max(...prices), Math.min(...prices)];
    const sells = one.side === Side.Sell;
    const quantity = Math.max(one.quantity, 1);
    const plain = {
      quantity,
      quoteQuantity: 0n,
      displayQuantity: 0,
      trailingDelta: 0,
      trailingAmount: 0,
      activationPrice: 0,
      expireInMs: 0,
    };
    const limitLeg: OrderDraw = {
      ...one,
      ...plain,
      type: OrderType.Limit,
      timeInForce: one.timeInForce === TimeInForce.Day ? TimeInForce.Day : TimeInForce.Gtc,
      price: sells ? high : low,
      stopPrice: 0,
    };
    const stopLeg: OrderDraw = {
      ...other,
      ...plain,
      user: one.user,
      side: one.side,
      type: limited ? OrderType.StopLimit : OrderType.Stop,
      timeInForce: timeOfStopLeg(other.timeInForce, limited),
      postOnly: false,
      price: limited ? Math.max(other.price, 1) : 0,
      stopPrice: sells ? low : high,
    };
    return { kind: "list", limitLeg, stopLeg, fault };
  });
}

function timeOfStopLeg(drawn: TimeInForce, limited: boolean): TimeInForce {
  if (!limited) return drawn === TimeInForce.Fok ? TimeInForce.Fok : TimeInForce.Ioc;
  return drawn === TimeInForce.Gtd ? TimeInForce.Gtc : drawn;
}

function amendDraw(profile: Profile): fc.Arbitrary<AmendDraw> {
  const mask = weighted(
    [10, AmendField.Price],
    [8, AmendField.Quantity],
    [4, AmendField.Quantity | AmendField.QuantityIsReduction],
    [5, AmendField.Price | AmendField.Quantity],
    [4, AmendField.StopPrice],
    [2, AmendField.StopPrice | AmendField.Price],
    [4, AmendField.TrailingDelta],
    [4, AmendField.TrailingAmount],
    [2, AmendField.ActivationPrice],
    [4, AmendField.DisplayQuantity],
    [2, AmendField.DisplayQuantity | AmendField.Quantity],
    [1, AmendField.DisplayQuantity | AmendField.Price],
    [1, 0],
    [1, AmendField.QuantityIsReduction],
  );
  const zeroable = (values: fc.Arbitrary<number>): fc.Arbitrary<number> =>
    fc.oneof({ weight: 25, arbitrary: values }, { weight: 1, arbitrary: fc.constant(0) });
  return fc.record({
    mask,
    price: zeroable(profile.price),
    quantity: zeroable(profile.quantity),
    stopPrice: zeroable(profile.price),
    trailingDelta: fc.integer({ min: 0, max: 1_800 }),
    trailingAmount: zeroable(profile.distance),
    activationPrice: zeroable(profile.price),
    displayQuantity: zeroable(profile.display),
  });
}
