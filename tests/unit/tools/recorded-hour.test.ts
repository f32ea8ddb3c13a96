import { describe, expect, test } from "vitest";
import { readOrderFlow } from "../../../infra/tools/replay/order-flow.ts";
import { compareBooks, compareTrades } from "../../../infra/tools/replay/read-back.ts";
import {
  type RecordedOrder,
  type RecordedTrade,
  readBook,
  readTrades,
} from "../../../infra/tools/replay/records-file.ts";
import { CoreEngine } from "../../../infra/tools/scenarios/core-engine.ts";
import { sharedIsThere, sharedPath } from "../../support/shared-files.ts";

const DAY = "data/aapl-2012-06-21";

describe.runIf(sharedIsThere(DAY))("the recorded hour of AAPL through the core", () => {
  test("makes exactly the recorded trades and ends with exactly the recorded book", {
    timeout: 60_000,
  }, async () => {
    const engine = await new CoreEngine().open();
    const idOf = new Map<string, string>();
    const orderIdOf = new Map<string, string>();
    const trades: RecordedTrade[] = [];
    for await (const command of readOrderFlow(sharedPath(`${DAY}/commands.jsonl.gz`)).commands) {
      const orderId = orderIdOf.get(command.id) ?? engine.unknownId();
      if (command.op === "cancel") await engine.cancel(orderId, "all");
      else if (command.op === "reduce") await engine.reduce(orderId, "all", command.qty);
      else {
        const { side, type, tif, price, qty, id } = command;
        const terms = {
          side,
          type,
          tif,
          price,
          qty,
          displayQty: null,
          postOnly: false,
          stp: "NONE",
        } as const;
        const placed = await engine.place({ ...terms, user: "all", clientOrderId: id });
        orderIdOf.set(id, placed.orderId);
        idOf.set(placed.orderId, id);
        for (const trade of placed.trades) {
          trades.push({
            taker: id,
            maker: idOf.get(trade.makerOrderId) as string,
            price: trade.price,
            qty: trade.qty,
          });
        }
      }
    }
    const { bids, asks } = await engine.look();
    const rows = (side: "B" | "S", { queue }: typeof bids): RecordedOrder[] =>
      queue.map(({ orderId, price, visible }) => ({
        side,
        id: idOf.get(orderId) as string,
        price,
        remaining: visible,
      }));
    expect(compareTrades(await readTrades(sharedPath(`${DAY}/trades.csv`)), trades).shown).toEqual([]);
    expect(trades).toHaveLength(4083);
    const book = [...rows("B", bids), ...rows("S", asks)];
    expect(compareBooks(await readBook(sharedPath(`${DAY}/final-book.csv`)), book).shown).toEqual([]);
    expect(book).toHaveLength(380);
  });
});
