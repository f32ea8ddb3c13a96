import { type BenchOptions, type BenchRow, medianOf, rowOf } from "./bench-row.ts";
import { type ClosedLoadOptions, type ClosedLoadResult, runClosedLoad } from "./pipeline-closed-load.ts";
import { measureLimit } from "./pipeline-limit.ts";
import { BenchSystem } from "./pipeline-system.ts";
import { tradingOrder } from "./recovery-orders.ts";

const ORDERS_PER_BATCH = 100;

/**
 * Orders a second through everything (HTTP, limits, broker, engine, database, reply), held against what broker and
 * database can do of it by themselves, measured in the same run on the same services. The load generator shares the
 * machine; the notes say what it takes.
 */
export async function benchPipeline({ quick }: BenchOptions): Promise<BenchRow[]> {
  const runs = quick ? 1 : 3;
  const seconds = quick ? 1 : 8;
  const system = await BenchSystem.start();
  try {
    const shape = { seconds, ordersPerMessage: 200, ordersPerCommit: 500 };
    const { publish, insert } = await measureLimit(system, shape);
    const engine = await system.startEngine();
    await engine.reaches("active");
    await system.startApi({
      TRADE_ENGINE_LIMITS_ORDERS: "1000000/s",
      TRADE_ENGINE_LIMITS_ADDRESS: "1000000/s",
    });
    const batch: ClosedLoadResult[] = [];
    const single: ClosedLoadResult[] = [];
    for (let run = 0; run < runs; run++) {
      batch.push(await runClosedLoad(batchLoad(system.apiUrl, seconds)));
      single.push(await runClosedLoad(singleLoad(system.apiUrl, seconds)));
    }
    const limit = Math.min(publish, insert);
    return [
      rowOf("pipeline.limit.publish", "orders/s", [publish], { note: "200 to a message, while committing" }),
      rowOf("pipeline.limit.insert", "orders/s", [insert], { note: "500 to a commit, while publishing" }),
      loadRow("pipeline.batch", batch, ORDERS_PER_BATCH, limit),
      loadRow("pipeline.single", single, 1, limit),
    ];
  } finally {
    await system.stop();
  }
}

function loadRow(
  name: string,
  results: readonly ClosedLoadResult[],
  ordersEach: number,
  limit: number,
): BenchRow {
  const figures = results.map(({ perSecond }) => perSecond * ordersEach);
  const failed = results.flatMap(({ failures }) => [...failures]);
  const cpu = medianOf(results.map((result) => result.cpu));
  const failures = failed.length === 0 ? "" : `; not answered with an outcome: ${JSON.stringify(failed)}`;
  return rowOf(name, "orders/s", figures, {
    baseline: limit,
    ratio: medianOf(figures) / limit,
    note: `${ordersEach} to a call; the load took ${Math.round(cpu * 100)} % of a core${failures}`,
  });
}

function batchLoad(url: string, seconds: number): ClosedLoadOptions {
  return {
    url,
    seconds,
    path: "/api/v1/orders/batch",
    connections: 24,
    next: (count) => {
      const orders = Array.from({ length: ORDERS_PER_BATCH }, (_, index) => tradingOrder(index).body);
      return { userId: `load-${count % 64}`, body: `{"orders":[${orders.join(",")}]}` };
    },
  };
}

function singleLoad(url: string, seconds: number): ClosedLoadOptions {
  return { url, seconds, path: "/api/v1/orders", connections: 256, next: (count) => tradingOrder(count) };
}
