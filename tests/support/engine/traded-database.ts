import fc from "fast-check";
import postgres from "postgres";
import { openEngineRecords } from "../../../db/engine-records.ts";
import { migrate } from "../../../db/migrator.ts";
import { createPostgresSnapshotStore } from "../../../db/snapshot-store.ts";
import { DEFAULT_ENGINE_SETTINGS, type EngineEnd } from "../../../engine/engine-ports.ts";
import { Engine } from "../../../engine/runner.ts";
import { encodeCommand } from "../../../engine/wire/command-codec.ts";
import { waitFor } from "../../../infra/dev/services/wait.ts";
import { systemClock, systemTimers } from "../../../infra/system-time.ts";
import { history } from "../../model/generate.ts";
import { HistoryCommands } from "../../model/history-commands.ts";
import { NaiveTwin } from "../../model/naive-twin.ts";
import type { Profile } from "../../model/random-orders.ts";
import { message } from "./commands.ts";
import { MemoryBooks, recordingObserver } from "./harness.ts";
import { MemoryQueue } from "./memory-queue.ts";

const DEADLINE_MS = 30_000;

/**
 * Brings the schema of an empty database up to date and has a real engine trade a random history into
 * it, then stop cleanly. The twin only chooses what cancels and amends aim at.
 */
export async function tradeInto(
  url: string,
  { profile, commands, seed }: { profile: Profile; commands: number; seed: number },
): Promise<void> {
  await migrate(url);
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  // The history defines its own symbols.
  await sql`delete from symbols`;
  await sql`delete from symbol_numbers`;
  const queue = new MemoryQueue();
  const records = openEngineRecords({ url });
  const engine = new Engine(
    {
      consumer: queue.consumer(),
      records,
      snapshotStores: [createPostgresSnapshotStore(sql)],
      events: { publish: async () => undefined, close: async () => undefined },
      marketData: new MemoryBooks(),
      clock: systemClock,
      timers: systemTimers,
      observer: recordingObserver([]),
    },
    { ...DEFAULT_ENGINE_SETTINGS, group: "main", snapshotEveryCommands: 400 },
  );
  let end: EngineEnd | null = null;
  const ended = engine.run().then((reached) => {
    end = reached;
  });
  const emptied = async (): Promise<void> => {
    await waitFor(
      "the queue to be empty",
      DEADLINE_MS,
      () => queue.length === 0 || end !== null || undefined,
    );
    if (end !== null) throw new Error("the engine ended", { cause: end });
  };
  try {
    await waitFor("the engine to be active", DEADLINE_MS, () => engine.state === "active" || undefined);
    const [drawn] = fc.sample(history(profile, commands, commands), { numRuns: 1, seed });
    const twin = new NaiveTwin();
    for (const command of new HistoryCommands(twin).of(drawn ?? { markets: [], steps: [] })) {
      queue.publish(message([{ id: "", bytes: encodeCommand(command) }]));
      twin.apply(command);
      // Several batches, so that orders end in another one than they entered in.
      if (command.sequence % 50 === 0) await emptied();
    }
    await emptied();
  } finally {
    await engine.stop();
    await ended;
    await records.close();
    await sql.end({ timeout: 5 });
  }
}
