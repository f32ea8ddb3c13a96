import { describe, expect, it } from "vitest";
import { Code } from "../../engine/core/codes.ts";
import type { Command } from "../../engine/core/command.ts";
import { EventType } from "../../engine/core/event.ts";
import type { MatchingCore } from "../../engine/core/matching-core.ts";
import { CommandKind, OrderStatus, Side } from "../../engine/core/terms.ts";
import { WORKLOAD_SYMBOL, workloadCommand, workloadCore } from "../support/workload.ts";

const START_MS = 1_700_000_000_000;

interface Asked {
  readonly id: number;
  readonly side?: Side;
  readonly price?: number;
  readonly quantity?: number;
  readonly userId?: string;
}

/** The next command of a core, a plain limit order. */
function place(core: MatchingCore, asked: Asked): Command {
  const command = workloadCommand();
  command.sequence = core.lastSequence + 1;
  command.userId = asked.userId ?? "ann";
  command.order.id.d = asked.id;
  command.order.side = asked.side ?? Side.Buy;
  command.order.price = asked.price ?? 100;
  command.order.quantity = asked.quantity ?? 5;
  return command;
}

function cancel(core: MatchingCore, id: number, userId = "ann"): Command {
  const command = workloadCommand();
  command.kind = CommandKind.Cancel;
  command.sequence = core.lastSequence + 1;
  command.userId = userId;
  command.target.d = id;
  return command;
}

describe("apply()", () => {
  it("stops on a sequence that does not follow, and on a time that goes back", () => {
    const core = workloadCore();
    const gap = place(core, { id: 1 });
    gap.sequence += 1;
    expect(() => core.apply(gap)).toThrow("sequence");
    const past = place(core, { id: 1 });
    past.timeMs = START_MS - 1;
    expect(() => core.apply(past)).toThrow("time");
    const notATime = place(core, { id: 1 });
    notATime.timeMs = Number.NaN;
    expect(() => core.apply(notATime)).toThrow("time");
  });

  it("keeps no reference to the command", () => {
    const core = workloadCore();
    const command = place(core, { id: 1, price: 100, quantity: 5 });
    core.apply(command);
    command.order.price = 999;
    command.order.quantity = 1;
    command.userId = "bob";
    const slot = core.slotOf({ a: 1, b: 0, c: 0, d: 1 });
    expect(core.orders.price(slot)).toBe(100);
    expect(core.users.name(core.orders.userSlot(slot))).toBe("ann");
  });

  it("leaves an ended order's slot readable until the next command", () => {
    const core = workloadCore();
    core.apply(place(core, { id: 1, side: Side.Sell, userId: "bob" }));
    core.apply(place(core, { id: 2, side: Side.Buy }));
    const maker = core.events.slot[1]!;
    const taker = core.events.other[1]!;
    expect(core.events.type[1]).toBe(EventType.Trade);
    expect(core.orders.status(maker)).toBe(OrderStatus.Filled);
    expect(core.orders.status(taker)).toBe(OrderStatus.Filled);
    expect(core.orders.idWord(maker, 3)).toBe(1);
    expect(core.orders.idWord(taker, 3)).toBe(2);
    expect(core.orders.filledQuote(taker)).toBe(500n);
    expect(core.slotOf({ a: 1, b: 0, c: 0, d: 1 })).toBe(-1);
  });

  it("gives slots again, so that memory follows what is open", () => {
    const core = workloadCore(1);
    for (let id = 1; id <= 50_000; id += 1) {
      core.apply(place(core, { id }));
      core.apply(cancel(core, id));
    }
    expect(core.orders.used).toBeLessThan(4);
    expect(core.openOrderCount).toBe(0);
  });

  it("gives the slots of users without orders again, and never one that has any", () => {
    const core = workloadCore();
    core.apply(place(core, { id: 1, userId: "keeper" }));
    for (let id = 2; id <= 20_000; id += 1) {
      core.apply(place(core, { id, userId: `user ${id}` }));
      core.apply(cancel(core, id, `user ${id}`));
    }
    expect(core.users.used).toBeLessThan(4_200);
    expect(core.users.name(core.orders.userSlot(core.slotOf({ a: 1, b: 0, c: 0, d: 1 })))).toBe("keeper");
    core.apply(cancel(core, 1, "keeper"));
    expect(core.events.type[0]).toBe(EventType.Ended);
  });

  it("refuses the status of a symbol that there is not", () => {
    const core = workloadCore();
    const command = workloadCommand();
    command.kind = CommandKind.SetSymbolStatus;
    command.sequence = core.lastSequence + 1;
    command.symbol = WORKLOAD_SYMBOL + 1;
    core.apply(command);
    expect([core.events.type[0], core.events.code[0]]).toEqual([EventType.Refused, Code.UNKNOWN_SYMBOL]);
  });

  it("an id can be used again after its order is final", () => {
    const core = workloadCore();
    core.apply(place(core, { id: 1 }));
    core.apply(place(core, { id: 1 }));
    expect([core.events.type[0], core.events.code[0]]).toEqual([EventType.Refused, Code.DUPLICATE_ORDER_ID]);
    core.apply(cancel(core, 1));
    core.apply(place(core, { id: 1 }));
    expect(core.events.type[0]).toBe(EventType.Accepted);
  });

  it("finds every one of many orders by its id while the index grows and shrinks", () => {
    const core = workloadCore(1);
    const ids = Array.from({ length: 20_000 }, (_, index) => Math.imul(index + 1, 0x9e3779b1) >>> 0);
    for (const id of ids) core.apply(place(core, { id, price: 1 + (id % 500) }));
    for (const id of ids) expect(core.slotOf({ a: 1, b: 0, c: 0, d: id })).toBeGreaterThanOrEqual(0);
    for (const id of ids.filter((_, index) => index % 2 === 0)) core.apply(cancel(core, id));
    const left = ids.filter((id) => core.slotOf({ a: 1, b: 0, c: 0, d: id }) >= 0);
    expect(left).toEqual(ids.filter((_, index) => index % 2 === 1));
    expect(core.openOrderCount).toBe(10_000);
  });

  it.each([
    ["a price", { id: 2, price: 100.5 }],
    ["a quantity", { id: 2, quantity: 1.5 }],
    ["the price of an order that would match", { id: 2, side: Side.Sell, price: 99.5 }],
    ["the quantity of an order that would match", { id: 2, side: Side.Sell, quantity: 1.5 }],
  ])("refuses %s with a fraction", (_what, asked: Asked) => {
    const core = workloadCore();
    core.apply(place(core, { id: 1 }));
    core.apply(place(core, asked));
    expect(core.events.code[0]).toBe(Code.AMOUNT_OUT_OF_RANGE);
    expect(core.openOrderCount).toBe(1);
  });

  it("refuses what would take a side's open quantity past 2^53−1, and holds that exactly", () => {
    const core = workloadCore();
    const most = Number.MAX_SAFE_INTEGER;
    core.apply(place(core, { id: 1, quantity: most - 1, price: most }));
    core.apply(place(core, { id: 2, quantity: 2, price: 7 }));
    expect(core.events.code[0]).toBe(Code.AMOUNT_OUT_OF_RANGE);
    core.apply(place(core, { id: 3, quantity: 1, price: most }));
    expect(core.levelQuantity(WORKLOAD_SYMBOL, Side.Buy, most)).toBe(most);
    core.apply(place(core, { id: 4, side: Side.Sell, quantity: most, price: 1, userId: "bob" }));
    const taker = core.events.other[1]!;
    expect(core.orders.filledQuote(taker)).toBe(BigInt(most) * BigInt(most));
    expect(core.bestBid(WORKLOAD_SYMBOL)).toBe(0);
  });
});
