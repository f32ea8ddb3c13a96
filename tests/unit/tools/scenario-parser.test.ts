import { describe, expect, test } from "vitest";
import { parseScenarios } from "../../../infra/tools/scenarios/parse.ts";

const scenarioOf = (step: object) => JSON.stringify({ name: "n", steps: [step], expect: {} });
const place = { op: "place", id: "1", side: "buy", type: "limit", tif: "GTC", price: 5, qty: 2 };

describe("reading scenarios", () => {
  test("fills in what a step leaves out", () => {
    const [scenario] = parseScenarios(
      `\n${scenarioOf({ op: "place", id: 7, side: "SELL", price: 5, qty: 2 })}\n`,
    );
    expect(scenario).toMatchObject({ name: "n", line: 2 });
    expect(scenario?.steps[0]).toEqual({
      op: "place",
      id: "7",
      owner: null,
      side: "sell",
      type: "limit",
      tif: "GTC",
      price: 5,
      qty: 2,
      displayQty: null,
      postOnly: false,
      stp: "NONE",
      expect: {},
    });
  });

  test("takes a market order without a price, and amounts that only an engine may refuse", () => {
    const [market] = parseScenarios(
      scenarioOf({ op: "place", id: "1", side: "buy", type: "market", qty: -3 }),
    );
    expect(market?.steps[0]).toMatchObject({ type: "market", price: null, qty: -3 });
    const [reduce] = parseScenarios(scenarioOf({ op: "reduce", id: "1", qty: -(2 ** 63) }));
    expect(reduce?.steps[0]).toMatchObject({ op: "reduce", qty: -(2 ** 63) });
  });

  test("reads a replacement by new id, price, open quantity or total", () => {
    const [scenario] = parseScenarios(scenarioOf({ op: "replace", id: "1", newId: "2", remaining: 4 }));
    expect(scenario?.steps[0]).toMatchObject({ newId: "2", price: null, remaining: 4, qty: null });
  });

  test.each([
    ["none", "NONE"],
    ["cancel-newest", "EXPIRE_TAKER"],
    ["CANCEL_OLDEST", "EXPIRE_MAKER"],
    ["expire_both", "EXPIRE_BOTH"],
    ["Decrement and cancel", "DECREMENT"],
  ])("knows the self-trade prevention %s", (stp, mode) => {
    expect(parseScenarios(scenarioOf({ ...place, stp }))[0]?.steps[0]).toMatchObject({ stp: mode });
  });

  test.each([
    ["{", "line 1: not JSON"],
    ["[]", "line 1: the scenario is no object"],
    ['{"steps":5}', "line 1: steps is no list"],
  ])("%s is no scenario: the file is refused with the line", (text, message) => {
    expect(() => parseScenarios(text)).toThrow(message);
  });

  test.each([
    [{ op: "merge", id: "1" }, 'line 1: step 1: unknown op "merge"'],
    [{ ...place, id: "" }, "line 1: step 1: id is no id"],
    [{ ...place, price: 1.5 }, "line 1: step 1: price is no whole number: 1.5"],
    [{ ...place, price: undefined }, "line 1: step 1: price is no whole number"],
    [{ ...place, side: "long" }, 'line 1: step 1: side is none of buy, sell: "long"'],
    [{ ...place, stp: "maybe" }, 'line 1: step 1: unknown stp "maybe"'],
    [{ ...place, expect: 5 }, "line 1: step 1: expect is no object"],
  ])("a scenario with the step %j is kept with its fault, beside the others", (step, message) => {
    const [faulty, other] = parseScenarios(`${scenarioOf(step)}\n${scenarioOf(place)}`);
    expect(faulty?.fault).toContain(message);
    expect(other).toMatchObject({ fault: null, steps: [{ op: "place" }] });
  });

  test("quantities with decimals are counted in the smallest step that the scenario needs, exactly", () => {
    const expectation = {
      book: { bids: [[5, 0.3, 1]], full: true },
      bookOrders: { bids: [["a", 5, 0.3]] },
      bbo: { bid: [5, 0.3], ask: null },
      trades: [{ maker: "a", taker: "b", price: 5, qty: 1.05 }],
      fills: { a: { filled: 0.1, remaining: 0.2, cost: 0.5 } },
      volume: { bids: 0.3, asks: 0 },
      orderCount: { bids: 1, asks: 0 },
      takerRemaining: 0.3,
      lastPrice: 5,
    };
    const [scenario] = parseScenarios(scenarioOf({ ...place, qty: 0.3, expect: expectation }));
    expect(scenario?.steps[0]).toMatchObject({
      price: 5,
      qty: 30,
      expect: {
        book: { bids: [[5, 30, 1]], full: true },
        bookOrders: { bids: [["a", 5, 30]] },
        bbo: { bid: [5, 30], ask: null },
        trades: [{ maker: "a", taker: "b", price: 5, qty: 105 }],
        fills: { a: { filled: 10, remaining: 20, cost: 50 } },
        volume: { bids: 30, asks: 0 },
        orderCount: { bids: 1, asks: 0 },
        takerRemaining: 30,
        lastPrice: 5,
      },
    });
  });
});
