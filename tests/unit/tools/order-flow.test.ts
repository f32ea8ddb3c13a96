import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import type { FlowCommand } from "../../../infra/tools/replay/flow-command.ts";
import { readOrderFlow } from "../../../infra/tools/replay/order-flow.ts";
import { sharedIsThere, sharedPath } from "../../support/shared-files.ts";

const directory = mkdtempSync(join(tmpdir(), "order-flow-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

let files = 0;
function fileOf(content: string | Uint8Array): string {
  files += 1;
  const path = join(directory, `flow-${files}`);
  writeFileSync(path, content);
  return path;
}

async function commandsOf(path: string): Promise<FlowCommand[]> {
  return Array.fromAsync(readOrderFlow(path).commands);
}

/** What a command says, without where it stood. */
function said(command: FlowCommand): object {
  const { line: _line, ...rest } = command;
  return rest;
}

const csv = (...rows: string[]) => `${rows.join("\n")}\n`;

describe("reading LOBSTER's messages", () => {
  test("a new order becomes a GTC limit, a partial cancel a reduce, a cancel a cancel", async () => {
    const path = fileOf(
      csv("34200.004241176,1,11,18,5853300,1", "34200.1,2,11,8,5853300,1", "34200.2,3,11,10,5853300,1"),
    );
    expect(await commandsOf(path)).toEqual([
      {
        op: "place",
        line: 1,
        ts: "34200.004241176",
        id: "11",
        side: "buy",
        type: "limit",
        tif: "GTC",
        price: 5853300,
        qty: 18,
      },
      { op: "reduce", line: 2, ts: "34200.1", id: "11", qty: 8 },
      { op: "cancel", line: 3, ts: "34200.2", id: "11" },
    ]);
  });

  test("executions of one time and direction become one IOC order at the worst price of the run", async () => {
    const path = fileOf(
      csv(
        "1.0,1,11,5,100,-1",
        "1.1,1,12,5,102,-1",
        "1.2,1,13,5,90,1",
        "1.3,1,14,5,88,1",
        "2.0,4,11,5,100,-1",
        "2.0,4,12,2,102,-1",
        "2.0,4,13,5,90,1",
        "2.0,4,14,1,88,1",
        "2.1,4,14,1,88,1",
      ),
    );
    const takers = (await commandsOf(path)).slice(4);
    expect(takers).toMatchObject([
      { id: "T1", line: 5, side: "buy", tif: "IOC", price: 102, qty: 7 },
      { id: "T2", line: 7, side: "sell", tif: "IOC", price: 88, qty: 6 },
      { id: "T3", line: 9, side: "sell", tif: "IOC", price: 88, qty: 1 },
    ]);
  });

  test("a hidden execution is left out and ends the run; any other line ends it too", async () => {
    const path = fileOf(
      csv(
        "1.0,1,11,9,100,-1",
        "2.0,4,11,1,100,-1",
        "2.0,5,0,50,100,-1",
        "2.0,4,11,2,100,-1",
        "2.0,3,11,1,100,-1",
        "2.0,4,11,3,100,-1",
      ),
    );
    const flow = readOrderFlow(path);
    const commands = await Array.fromAsync(flow.commands);
    expect(commands.map(({ op, id }) => `${op} ${id}`)).toEqual([
      "place 11",
      "place T1",
      "place T2",
      "cancel 11",
      "place T3",
    ]);
    expect(flow.stats.leftOut).toEqual(new Map([["hidden executions", 1]]));
  });

  test("what speaks of an order from before the file is left out and does not split a run", async () => {
    const path = fileOf(
      csv(
        "1.0,1,11,9,100,-1",
        "1.5,3,99,1,100,-1",
        "2.0,4,11,1,100,-1",
        "2.0,4,99,4,100,-1",
        "2.0,4,11,2,100,-1",
        "3.0,2,98,4,100,-1",
      ),
    );
    const flow = readOrderFlow(path);
    const commands = await Array.fromAsync(flow.commands);
    expect(commands).toMatchObject([{ id: "11" }, { id: "T1", qty: 3 }]);
    expect(flow.stats).toMatchObject({
      format: "LOBSTER messages",
      lines: 6,
      malformed: 0,
      leftOut: new Map([["of orders not placed in this file", 3]]),
    });
  });

  test("crosses and halts are left out", async () => {
    const path = fileOf(csv("1.0,6,-1,100,100,-1", "2.0,7,0,0,-1,-1"));
    const flow = readOrderFlow(path);
    expect(await Array.fromAsync(flow.commands)).toEqual([]);
    expect([...flow.stats.leftOut.keys()]).toEqual(["auction crosses", "trading halts"]);
  });

  test("CRLF, a header line, blank lines and a missing last line end are read", async () => {
    const path = fileOf(
      "Time,Type,Order ID,Size,Price,Direction\r\n\r\n1.0,1,11,9,100,1\r\n2.0,3,11,9,100,1",
    );
    expect((await commandsOf(path)).map(({ line }) => line)).toEqual([3, 4]);
  });
});

describe("reading commands", () => {
  test("place, cancel and reduce; what else a line holds is not looked at", async () => {
    const path = fileOf(
      [
        '{"ts":"1.5","op":"place","id":"a","side":"sell","type":"limit","tif":"IOC","price":7,"qty":2,"expectTrades":[]}',
        '{"ts":"1.5","op":"place","id":"b","side":"buy","type":"market","qty":2}',
        '{"op":"cancel","id":"a","qty":1}',
        '{"op":"reduce","id":5,"qty":1}',
      ].join("\n"),
    );
    expect((await commandsOf(path)).map(said)).toEqual([
      { op: "place", ts: "1.5", id: "a", side: "sell", type: "limit", tif: "IOC", price: 7, qty: 2 },
      { op: "place", ts: "1.5", id: "b", side: "buy", type: "market", tif: "IOC", price: null, qty: 2 },
      { op: "cancel", ts: "", id: "a" },
      { op: "reduce", ts: "", id: "5", qty: 1 },
    ]);
  });

  test("the format is told by content and gzip by its first bytes, whatever the name", async () => {
    const path = fileOf(gzipSync('{"op":"cancel","id":"a"}\n'));
    const flow = readOrderFlow(path);
    expect(await Array.fromAsync(flow.commands)).toMatchObject([{ op: "cancel" }]);
    expect(flow.stats.format).toBe("commands");
  });
});

describe("malformed input", () => {
  test.each([
    ["5 fields", "1.0,1,11,18,100", "line 2: 6 fields expected, 5 found"],
    ["no time", "x,1,11,18,100,1", 'line 2: not a time: "x"'],
    ["an unknown type", "1.0,8,11,18,100,1", 'line 2: not a type 1 to 7: "8"'],
    ["a float size", "1.0,1,11,1.5,100,1", 'line 2: size is no whole number above zero: "1.5"'],
    ["a zero size", "1.0,1,11,0,100,1", 'line 2: size is no whole number above zero: "0"'],
    ["a negative price", "1.0,1,11,1,-100,1", 'line 2: price is no whole number above zero: "-100"'],
    ["an exponent", "1.0,1,11,1e3,100,1", 'line 2: size is no whole number above zero: "1e3"'],
    ["a price beyond 2^53", "1.0,1,11,1,9007199254740993,1", "line 2: price is no whole number above zero"],
    ["an odd direction", "1.0,1,11,18,100,0", 'line 2: not a direction 1 or -1: "0"'],
    ["an odd id", "1.0,1,x,18,100,1", 'line 2: not an order id: "x"'],
  ])("%s in the CSV is reported with its line number", async (_what, row, message) => {
    await expect(commandsOf(fileOf(csv("1.0,1,10,1,100,1", row)))).rejects.toThrow(message);
  });

  test.each([
    ["no JSON", "{oops", "line 2: not JSON"],
    ["an array", "[1]", "line 2: not a JSON object"],
    ["an unknown op", '{"op":"merge","id":"a"}', 'line 2: unknown op "merge"'],
    ["no id", '{"op":"cancel"}', "line 2: not an id: nothing"],
    ["an id with a slash", '{"op":"cancel","id":"a/b"}', 'line 2: not an id: "a/b"'],
    [
      "a quantity as text",
      '{"op":"reduce","id":"a","qty":"1"}',
      'line 2: qty is no whole number above zero: "1"',
    ],
    [
      "a limit without a price",
      '{"op":"place","id":"a","side":"buy","type":"limit","tif":"GTC","qty":1}',
      "line 2: price is no whole number above zero: nothing",
    ],
    [
      "an unknown side",
      '{"op":"place","id":"a","side":"long","type":"limit","tif":"GTC","qty":1,"price":1}',
      'line 2: side is none of buy, sell: "long"',
    ],
  ])("%s in the JSONL is reported with its line number", async (_what, line, message) => {
    await expect(commandsOf(fileOf(`{"op":"cancel","id":"a"}\n${line}\n`))).rejects.toThrow(message);
  });

  test("told to go on, what is malformed is counted and the rest read", async () => {
    const heard: string[] = [];
    const flow = readOrderFlow(fileOf(csv("1.0,1,10,1,100,1", "what", "2.0,3,10,1,100,1", "")), (error) => {
      heard.push(error.message);
      return true;
    });
    expect(await Array.fromAsync(flow.commands)).toHaveLength(2);
    expect(heard).toEqual(["line 2: 6 fields expected, 1 found"]);
    expect(flow.stats.malformed).toBe(1);
  });

  test("a cut-off gzip file, an empty one and a missing one are named", async () => {
    const whole = gzipSync(csv(...Array.from({ length: 5000 }, (_, i) => `${i}.0,1,${i + 1},1,100,1`)));
    const cut = fileOf(whole.subarray(0, whole.length - 20));
    await expect(commandsOf(cut)).rejects.toThrow(/after line \d+: unexpected end of file/);
    await expect(commandsOf(fileOf(""))).rejects.toThrow("the file is empty");
    await expect(commandsOf(join(directory, "none"))).rejects.toThrow("ENOENT");
  });

  test("bytes that are no UTF-8 are named", async () => {
    await expect(commandsOf(fileOf(new Uint8Array([0x31, 0xff, 0xfe, 0x0a])))).rejects.toThrow(
      /after line 0/,
    );
  });
});

const day = sharedPath("data/aapl-2012-06-21");
describe.runIf(sharedIsThere("data/aapl-2012-06-21"))("the recorded hour of AAPL", () => {
  test("its messages become exactly its commands", { timeout: 60_000 }, async () => {
    const messages = readOrderFlow(join(day, "messages.csv.gz"));
    const commands = readOrderFlow(join(day, "commands.jsonl.gz"));
    let count = 0;
    for await (const expected of commands.commands) {
      const { value: actual } = await messages.commands.next();
      count += 1;
      if (JSON.stringify(said(actual as FlowCommand)) !== JSON.stringify(said(expected))) {
        expect(actual).toEqual(expected);
      }
    }
    expect((await messages.commands.next()).done).toBe(true);
    expect(count).toBe(88_971);
  });
});
