import { describe, expect, test } from "vitest";
import { UsageError } from "../../../infra/command-line.ts";
import { batchItem, type Mapping } from "../../../infra/tools/replay/batch-item.ts";
import { batchesOf } from "../../../infra/tools/replay/batches.ts";
import { compareRecords } from "../../../infra/tools/replay/compare-records.ts";
import { fromDecimal, toDecimal } from "../../../infra/tools/replay/decimal-price.ts";
import type { FlowCommand } from "../../../infra/tools/replay/flow-command.ts";
import { parseOptions } from "../../../infra/tools/replay/options.ts";
import { Pace, parseSpeed } from "../../../infra/tools/replay/pace.ts";
import { grouped, Progress, progressLine, shownDuration } from "../../../infra/tools/replay/progress.ts";

describe("prices of a file as decimals", () => {
  test.each([
    [5853300, 10_000, "585.33"],
    [1, 10_000, "0.0001"],
    [10_000, 10_000, "1"],
    [0, 10_000, "0"],
    [18, 1, "18"],
    [9_007_199_254_740_991, 10_000, "900719925474.0991"],
  ])("%d over %d is %s, and back", (value, scale, text) => {
    expect(toDecimal(value, scale)).toBe(text);
    expect(fromDecimal(text, scale)).toBe(value);
  });

  test("a decimal with more places than the scale, or none, is no integer over it", () => {
    expect(fromDecimal("1.00001", 10_000)).toBeNull();
    expect(fromDecimal("1.50", 1)).toBeNull();
    expect(fromDecimal("1e3", 1)).toBeNull();
    expect(fromDecimal("-1", 1)).toBeNull();
    expect(fromDecimal("1.50000", 10_000)).toBe(15_000);
  });
});

const mapping: Mapping = { symbol: "AAPL/USD", priceScale: 10_000, quantityScale: 1, idPrefix: "r-" };
const at = (line: number, ts: string): FlowCommand => ({ op: "cancel", line, ts, id: String(line) });

describe("items of a batch", () => {
  test("a placement is an order of one user that self-trade prevention lets trade", () => {
    const item = batchItem(
      {
        op: "place",
        line: 1,
        ts: "",
        id: "T1",
        side: "sell",
        type: "limit",
        tif: "IOC",
        price: 5850000,
        qty: 7,
      },
      mapping,
    );
    expect(item).toEqual({
      op: "place",
      symbol: "AAPL/USD",
      clientOrderId: "r-T1",
      side: "SELL",
      type: "LIMIT",
      timeInForce: "IOC",
      quantity: "7",
      price: "585",
      selfTradePrevention: "NONE",
    });
  });

  test("a cancel names its order by client order id; a reduction is an amend by what it takes off", () => {
    expect(batchItem(at(5, ""), mapping)).toEqual({
      op: "cancel",
      symbol: "AAPL/USD",
      clientOrderId: "r-5",
    });
    expect(batchItem({ op: "reduce", line: 1, ts: "", id: "5", qty: 3 }, mapping)).toEqual({
      op: "amend",
      symbol: "AAPL/USD",
      clientOrderId: "r-5",
      reduceBy: "3",
    });
  });
});

describe("batches", () => {
  async function* from(commands: readonly FlowCommand[], failure?: Error): AsyncGenerator<FlowCommand> {
    yield* commands;
    if (failure !== undefined) throw failure;
  }
  const lines = (batch: readonly FlowCommand[]) => batch.map(({ line }) => line);

  test("keep the order and are full but for the last", async () => {
    const commands = [1, 2, 3, 4, 5].map((line) => at(line, ""));
    const batches = await Array.fromAsync(batchesOf(from(commands), 2, new Pace("max")));
    expect(batches.map(lines)).toEqual([[1, 2], [3, 4], [5]]);
  });

  test("a batch goes out when the next command is not due yet", async () => {
    let nowMs = 0;
    const slept: number[] = [];
    const sleep = (ms: number) => {
      slept.push(ms);
      nowMs += ms;
      return Promise.resolve();
    };
    const commands = [at(1, "100.0"), at(2, "100.0"), at(3, "100.5"), at(4, "102")];
    const batches = await Array.fromAsync(batchesOf(from(commands), 10, new Pace(10, () => nowMs), sleep));
    expect(batches.map(lines)).toEqual([[1, 2], [3], [4]]);
    expect(slept).toEqual([50, 150]);
  });

  test("what stands before a fault goes out before the fault is told", async () => {
    const seen: number[][] = [];
    const run = async () => {
      for await (const batch of batchesOf(
        from([at(1, ""), at(2, "")], new Error("line 3")),
        10,
        new Pace("max"),
      )) {
        seen.push(lines(batch));
      }
    };
    await expect(run()).rejects.toThrow("line 3");
    expect(seen).toEqual([[1, 2]]);
  });

  test("a timestamp that goes back does not hold the flow up", () => {
    const pace = new Pace(1, () => 0);
    expect(pace.untilDueMs("10")).toBe(0);
    expect(pace.untilDueMs("11")).toBe(1000);
    expect(pace.untilDueMs("9")).toBe(1000);
  });
});

describe("options", () => {
  test("have defaults, and a bare name is a pair against USD", () => {
    expect(parseOptions(["file.csv", "--symbol", "AAPL"])).toMatchObject({
      file: "file.csv",
      symbol: "AAPL/USD",
      speed: "max",
      batch: 100,
      priceScale: 10_000,
      create: null,
      keepGoing: false,
    });
    expect(parseOptions(["--help"])).toBeNull();
  });

  test.each([
    [[], "one FILE"],
    [["a", "b"], "one FILE"],
    [["a", "--speed", "fast"], "--speed fast"],
    [["a", "--speed", "0x"], "--speed 0x"],
    [["a", "--batch", "101"], "--batch 101"],
    [["a", "--create-symbol"], "--tick and --lot"],
    [["a", "--symbol", "aapl"], "--symbol aapl"],
    [["a", "--url", "nowhere"], "--url nowhere"],
    [["a", "--price-scale", "300"], "--price-scale 300"],
    [["a", "--what"], "--what"],
  ])("%j is refused by name", (args, message) => {
    expect(() => parseOptions(args)).toThrow(UsageError);
    expect(() => parseOptions(args)).toThrow(message);
  });

  test("speeds", () => {
    expect(["max", "1x", "10", "0.5x", "x", "-1x"].map(parseSpeed)).toEqual(["max", 1, 10, 0.5, null, null]);
  });
});

describe("progress", () => {
  const output = (isTTY: boolean) => {
    const written: string[] = [];
    return { isTTY, written, write: (text: string) => void written.push(text) };
  };

  test("a log gets a plain line every five seconds, a terminal one line written over", () => {
    for (const isTTY of [false, true]) {
      let nowMs = 0;
      const out = output(isTTY);
      const progress = new Progress(out, () => nowMs);
      for (let second = 1; second <= 10; second += 1) {
        nowMs = second * 1000;
        progress.at(second * 1000, second / 20);
      }
      progress.end();
      expect(out.written).toHaveLength(isTTY ? 11 : 2);
      expect(out.written[0]).toContain(isTTY ? "\r" : "\n");
      expect(out.written.at(isTTY ? -2 : -1)).toContain("10,000 commands, 50%, 1,000/s, 10 s left");
    }
  });

  test("figures are shown for people", () => {
    expect(grouped(1234567)).toBe("1,234,567");
    expect(grouped(999)).toBe("999");
    expect(shownDuration(61_000)).toBe("1 min 1 s");
    expect(shownDuration(3_840_000)).toBe("1 h 4 min");
    expect(progressLine(5, 10, null, 1000)).toBe("5 commands, 10/s");
  });
});

describe("comparing records", () => {
  test("names the first differences by their place and counts the rest", () => {
    const numbers = Array.from({ length: 30 }, (_, index) => index);
    const same = compareRecords("trades", numbers, numbers, String);
    expect(same).toMatchObject({ differences: 0, shown: [] });
    const other = compareRecords("trades", numbers, [...numbers.slice(1), 99, 100], String);
    expect(other).toMatchObject({ expected: 30, actual: 31, differences: 31 });
    expect(other.shown).toHaveLength(10);
    expect(other.shown[0]).toBe("trades 1: expected 0, found 1");
  });
});
