import process from "node:process";
import { consume } from "./consume.ts";
import { Ledger } from "./ledger.ts";

/**
 * An example of a system beside the engine: node examples/consumer/main.ts [FILE]
 *
 * Reads the `settlements` queue of RABBITMQ_URL (default amqp://guest:guest@localhost:5672) and keeps in FILE
 * (default ledger.json) what each user has gained and paid, each settlement exactly once.
 */

const RETRY_AFTER_MS = 1_000;
const url = process.env["RABBITMQ_URL"] ?? "amqp://guest:guest@localhost:5672";
const ledger = new Ledger(process.argv[2] ?? "ledger.json");
const counts = new Map<string, number>();

setInterval(() => {
  if (counts.size > 0) process.stdout.write(`${JSON.stringify(Object.fromEntries(counts))}\n`);
}, 10_000);

for (;;) {
  try {
    const consuming = await consume(url, "settlements", ledger, (worked) => {
      counts.set(worked, (counts.get(worked) ?? 0) + 1);
    });
    process.stdout.write("reading settlements\n");
    await consuming.ended;
  } catch {
    // The address may hold a password: nothing of the fault is printed.
  }
  process.stdout.write("no connection to the broker, trying again\n");
  await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER_MS));
}
