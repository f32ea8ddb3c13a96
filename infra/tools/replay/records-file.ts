import { MalformedLineError } from "./flow-command.ts";
import { textLines } from "./text-lines.ts";

/** One trade of a record: the file's ids, its integer price, its quantity. */
export interface RecordedTrade {
  readonly taker: string;
  readonly maker: string;
  readonly price: number;
  readonly qty: number;
}

/** One order of a recorded book. */
export interface RecordedOrder {
  readonly side: "B" | "S";
  readonly id: string;
  readonly price: number;
  readonly remaining: number;
}

/** `taker,maker,price,qty`, a header first; in the order of execution. */
export async function readTrades(path: string): Promise<RecordedTrade[]> {
  return (await rowsOf(path, ["taker", "maker", "price", "qty"])).map(({ fields, line }) => {
    const [taker = "", maker = "", price = "", qty = ""] = fields;
    return { taker, maker, price: whole(price, line), qty: whole(qty, line) };
  });
}

/** `side,id,price,remaining`, a header first; best price first, queue order within a price. */
export async function readBook(path: string): Promise<RecordedOrder[]> {
  return (await rowsOf(path, ["side", "id", "price", "remaining"])).map(({ fields, line }) => {
    const [side = "", id = "", price = "", remaining = ""] = fields;
    if (side !== "B" && side !== "S") throw new MalformedLineError(line, "side is neither B nor S");
    return { side, id, price: whole(price, line), remaining: whole(remaining, line) };
  });
}

async function rowsOf(
  path: string,
  header: readonly string[],
): Promise<{ fields: string[]; line: number }[]> {
  const rows: { fields: string[]; line: number }[] = [];
  for await (const { text, number } of textLines(path)) {
    const fields = text.split(",");
    if (number === 1) {
      if (text !== header.join(",")) throw new MalformedLineError(1, `${path}: not ${header.join(",")}`);
      continue;
    }
    if (text === "") continue;
    if (fields.length !== header.length) {
      throw new MalformedLineError(
        number,
        `${path}: ${header.length} fields expected, ${fields.length} found`,
      );
    }
    rows.push({ fields, line: number });
  }
  return rows;
}

function whole(text: string, line: number): number {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw new MalformedLineError(line, `not a whole number: ${text}`);
  return value;
}
