/** Opens a consumer of the embedded queue in a process of its own, for `consumer-process.ts`. */
import process from "node:process";
import type { CommandConsumer } from "../../engine/ports.ts";
import { EmbeddedQueue } from "../../infra/embedded/queue.ts";

export function openConsumer(group: string): Promise<CommandConsumer> {
  const url = process.env["QUEUE_DATABASE_URL"];
  if (url === undefined) throw new Error("QUEUE_DATABASE_URL is not set");
  return Promise.resolve(new EmbeddedQueue({ url, pollEveryMs: 20 }).consumer(group));
}
