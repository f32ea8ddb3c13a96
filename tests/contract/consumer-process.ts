/**
 * A consumer in a process of its own, for `command-queue.ts` to kill. Arguments: the file URL of a
 * module that exports `openConsumer(group)`, and the group. Prints `started`, then `delivery <tag>`
 * for each delivery; acknowledges nothing and runs until killed.
 */
import process from "node:process";
import type { CommandConsumer } from "../../engine/ports.ts";

const [, , moduleUrl, group] = process.argv;
if (moduleUrl === undefined || group === undefined) throw new Error("arguments: module URL, group");

const { openConsumer } = (await import(moduleUrl)) as {
  openConsumer(group: string): Promise<CommandConsumer>;
};
const consumer = await openConsumer(group);
await consumer.start(
  (delivery) => process.stdout.write(`delivery ${delivery.tag}\n`),
  () => process.exit(1),
);
process.stdout.write("started\n");
