import { type BenchOptions, type BenchRow, percentileOf, rowOf } from "./bench-row.ts";
import { measureFloor } from "./latency-floor.ts";
import { HttpLoad } from "./pipeline-http-load.ts";
import { BenchSystem } from "./pipeline-system.ts";
import { tradingOrder } from "./recovery-orders.ts";

const HISTOGRAM_BARS = 12;
const BAR_WIDTH = 50;

/**
 * How long an order takes over HTTP with everything on, at stated rates: Poisson arrivals, counted from the planned
 * moment. The floor is what its hops take by themselves at the same rate.
 */
export async function benchLatency({ quick }: BenchOptions): Promise<BenchRow[]> {
  const system = await BenchSystem.start();
  try {
    const floorRate = quick ? 100 : 1_000;
    const floor = await measureFloor(system, { rate: floorRate, seconds: quick ? 1 : 10 });
    const floorMs = floor.queueMs + floor.commitMs + floor.replyMs;
    const engine = await system.startEngine();
    await engine.reaches("active");
    await system.startApi({ TRADE_ENGINE_LIMITS_ADDRESS: "1000000/s" });
    const rows = [
      rowOf("latency.floor.p50", "ms", [floorMs], {
        note: `queue ${ms(floor.queueMs)}, commit of one ${ms(floor.commitMs)}, reply ${ms(floor.replyMs)}`,
      }),
    ];
    for (const rate of quick ? [1_000] : [1_000, 4_000]) {
      rows.push(...(await measureRate(system, rate, quick, floorMs)));
    }
    return rows;
  } finally {
    await system.stop();
  }
}

async function measureRate(
  system: BenchSystem,
  rate: number,
  quick: boolean,
  floorMs: number,
): Promise<BenchRow[]> {
  // What is compiled at the first requests is no part of how long later ones take.
  await latenciesOf(system, quick ? 50 : rate, quick ? 0.5 : 5);
  const { latenciesMs, failures } = await latenciesOf(system, quick ? 100 : rate, quick ? 1 : 30);
  const sorted = [...latenciesMs].sort((one, other) => one - other);
  if (!quick) console.log(`${rate} orders/s\n${histogram(sorted)}\n`);
  const at = (share: number): number => percentileOf(sorted, share);
  const failed = failures.size === 0 ? "" : `, others ${JSON.stringify([...failures])}`;
  return (
    [
      ["p50", 0.5],
      ["p99", 0.99],
      ["p99.9", 0.999],
    ] as const
  ).map(([name, share]) =>
    rowOf(`latency.${rate}.${name}`, "ms", [at(share)], {
      baseline: floorMs,
      ratio: at(share) / floorMs,
      note: `of ${sorted.length} orders${failed}`,
    }),
  );
}

async function latenciesOf(
  system: BenchSystem,
  rate: number,
  seconds: number,
): Promise<{ latenciesMs: readonly number[]; failures: ReadonlyMap<number, number> }> {
  const load = new HttpLoad({ url: system.apiUrl, rate, seed: rate, next: tradingOrder });
  load.start();
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
  await load.stop();
  return load;
}

/** Each bar twice as far as the one before. */
function histogram(sorted: readonly number[]): string {
  const lines: string[] = [];
  let from = 0;
  for (let bar = 0; bar < HISTOGRAM_BARS; bar++) {
    const to = 2 ** bar;
    const count = sorted.filter((value) => value >= from && value < to).length;
    const width = Math.ceil((count / Math.max(1, sorted.length)) * BAR_WIDTH);
    lines.push(`${`< ${to} ms`.padStart(10)} ${"█".repeat(width)} ${count}`);
    from = to;
  }
  return lines.join("\n");
}

function ms(value: number): string {
  return value.toFixed(2);
}
