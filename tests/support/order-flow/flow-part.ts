import { createReadStream, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createGunzip, gzipSync } from "node:zlib";
import { sharedPath } from "../shared-files.ts";
import { TinyBook } from "./tiny-book.ts";

export const RECORDED_DAY = "data/aapl-2012-06-21";

/** The beginning of the recorded day, and what must come of it. */
export interface FlowPart {
  readonly commands: string;
  readonly trades: string;
  readonly book: string;
  readonly tradeCount: number;
}

/**
 * Files of the first `lines` commands of the recorded day in `directory`: the trades are the beginning of the
 * recorded ones (those of the takers in this part), the book is what a tiny book of the tests' own ends with.
 */
export async function recordedPart(lines: number, directory: string): Promise<FlowPart> {
  const commands: string[] = [];
  const source = createReadStream(sharedPath(`${RECORDED_DAY}/commands.jsonl.gz`)).pipe(createGunzip());
  for await (const line of createInterface({ input: source })) {
    commands.push(line);
    if (commands.length === lines) break;
  }
  const book = new TinyBook();
  const placed = new Set<string>();
  for (const { op, id, side, price, qty, tif } of commands.map((line) => JSON.parse(line) as Line)) {
    if (op === "cancel") book.take(id, Number.MAX_SAFE_INTEGER);
    else if (op === "reduce") book.take(id, qty);
    else {
      placed.add(id);
      book.place({ id, side, price, remaining: qty }, tif === "GTC");
    }
  }
  const [header = "", ...recorded] = readFileSync(sharedPath(`${RECORDED_DAY}/trades.csv`), "utf8")
    .trim()
    .split("\n");
  const trades = recorded.filter((row) => placed.has(row.split(",")[0] as string));
  if (trades.join() !== recorded.slice(0, trades.length).join())
    throw new Error("not the beginning of the record");
  const own = book.trades.map(({ taker, maker, price, qty }) => [taker, maker, price, qty].join());
  if (own.join() !== trades.join()) throw new Error("the tiny book trades otherwise than the record");
  const rows = book
    .orders()
    .map(({ side, id, price, remaining }) => [side === "buy" ? "B" : "S", id, price, remaining].join());
  const file = (name: string, content: string | Uint8Array): string => {
    const path = join(directory, name);
    writeFileSync(path, content);
    return path;
  };
  return {
    commands: file(`commands-${lines}.jsonl.gz`, gzipSync(`${commands.join("\n")}\n`)),
    trades: file(`trades-${lines}.csv`, `${[header, ...trades].join("\n")}\n`),
    book: file(`book-${lines}.csv`, `${["side,id,price,remaining", ...rows].join("\n")}\n`),
    tradeCount: trades.length,
  };
}

interface Line {
  readonly op: "place" | "cancel" | "reduce";
  readonly id: string;
  readonly side: "buy" | "sell";
  readonly price: number;
  readonly qty: number;
  readonly tif: "GTC" | "IOC";
}
