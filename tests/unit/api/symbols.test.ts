import { describe, expect, test } from "vitest";
import type { ApiReads, ListedSymbol } from "../../../api/ports.ts";
import { SymbolDirectory } from "../../../api/symbols.ts";

/** Records whose answers are given by hand, so that a load can be caught half-way. */
function heldRecords(): {
  reads: ApiReads;
  symbols: string[];
  loads: () => number;
  answer: () => void;
} {
  const symbols: string[] = ["BTC/USDT"];
  const waiting: (() => void)[] = [];
  let loads = 0;
  const listSymbols = (): Promise<readonly ListedSymbol[]> => {
    loads += 1;
    const seen = symbols.map((name, index) => ({ group: "main", spec: { name, symbol: index + 1 } }));
    return new Promise((resolve) => waiting.push(() => resolve(seen as unknown as ListedSymbol[])));
  };
  const reads = { listSymbols } as unknown as ApiReads;
  const answer = (): void => {
    for (const give of waiting.splice(0)) give();
  };
  return { reads, symbols, loads: () => loads, answer };
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}

describe("the directory of pairs", () => {
  test("a pair committed while a load was on its way is found by whoever asks after it", async () => {
    const records = heldRecords();
    const directory = new SymbolDirectory(records.reads, { nowMs: () => 0 });
    const early = directory.named("BTC/USDT");
    await turns();
    records.symbols.push("NEW/USDT");
    const asked = directory.named("NEW/USDT");
    for (let step = 0; step < 3; step++) {
      records.answer();
      await turns();
    }
    expect((await early)?.spec.name).toBe("BTC/USDT");
    expect((await asked)?.spec.name).toBe("NEW/USDT");
  });

  test("many who ask for what is not there share one load", async () => {
    const records = heldRecords();
    const directory = new SymbolDirectory(records.reads, { nowMs: () => 0 });
    const first = directory.all();
    records.answer();
    await first;
    const asked = Array.from({ length: 50 }, (_, index) => directory.named(`NO${index}/USDT`));
    await turns();
    records.answer();
    expect(await Promise.all(asked)).toEqual(Array.from({ length: 50 }, () => undefined));
    expect(records.loads()).toBe(2);
  });

  test("what is known is answered from the copy", async () => {
    const records = heldRecords();
    const directory = new SymbolDirectory(records.reads, { nowMs: () => 0 });
    const first = directory.all();
    records.answer();
    await first;
    expect((await directory.numbered(1))?.spec.name).toBe("BTC/USDT");
    expect(records.loads()).toBe(1);
  });
});
