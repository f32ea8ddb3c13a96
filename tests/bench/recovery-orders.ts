import postgres from "postgres";
import { Side } from "../../engine/core/terms.ts";
import { waitFor } from "../../infra/dev/services/wait.ts";
import { RabbitCommandPublisher } from "../../infra/rabbitmq/command-publisher.ts";
import { CommandMaker, message, type Sent } from "../support/engine/commands.ts";
import type { LoadRequest } from "./pipeline-http-load.ts";
import { BENCH_GROUP, type BenchSystem } from "./pipeline-system.ts";

const COMMANDS_PER_MESSAGE = 200;
/** Ahead of the engine at most: the broker need not hold it all. */
const MOST_AHEAD = 60_000;
const USERS = 1_000;
/** Between the bids and the asks that rest: 50,000.00. */
const MIDDLE_TICKS = 5_000_000;
const LEVELS = 20_000;

/** Puts so many orders into the first symbol's book that nothing of the load trades with; resolves when they rest. */
export async function placeResting(system: BenchSystem, count: number): Promise<void> {
  const publisher = new RabbitCommandPublisher({ url: system.rabbitmq.url });
  const sql = postgres(system.postgres.url, { max: 1, onnotice: () => undefined });
  const lastSequence = async (): Promise<number> => {
    const [row] = await sql`select last_sequence from engine_groups where symbol_group = ${BENCH_GROUP}`;
    return Number(row?.["last_sequence"] ?? 0);
  };
  const maker = new CommandMaker(() => Date.now());
  try {
    await publisher.waitUntilHealthy(20_000);
    const before = await lastSequence();
    for (let made = 0; made < count; ) {
      const orders: Sent[] = [];
      while (orders.length < COMMANDS_PER_MESSAGE && made < count) orders.push(restingOrder(maker, made++));
      await publisher.publish(BENCH_GROUP, message(orders));
      if (made % MOST_AHEAD < COMMANDS_PER_MESSAGE) {
        await waitFor("the engine to keep up", 120_000, async () =>
          (await lastSequence()) > before + made - MOST_AHEAD ? true : undefined,
        );
      }
    }
    await waitFor("the orders to rest", 300_000, async () =>
      (await lastSequence()) >= before + count ? true : undefined,
    );
  } finally {
    await publisher.close();
    await sql.end({ timeout: 5 });
  }
}

function restingOrder(maker: CommandMaker, count: number): Sent {
  const side = count % 2 === 0 ? Side.Buy : Side.Sell;
  const away = 1_000 + ((count * 7_919) % LEVELS);
  const price = side === Side.Buy ? MIDDLE_TICKS - away : MIDDLE_TICKS + away;
  return maker.place({ side, price, quantity: 100_000, userId: `rest-${count % USERS}` });
}

/** Orders of the load: each second one trades with the one before, and nothing of it stays. */
export function tradingOrder(count: number): LoadRequest {
  const side = count % 2 === 0 ? "SELL" : "BUY";
  const body = `{"symbol":"BTC/USDT","side":"${side}","type":"LIMIT","timeInForce":"GTC","quantity":"0.001","price":"50000"}`;
  return { path: "/api/v1/orders", userId: `load-${count % 64}`, body };
}
