/** What `consumer-process.ts` loads to consume from RabbitMQ. The broker's URL is in the environment. */
import process from "node:process";
import type { CommandConsumer } from "../../engine/ports.ts";
import { RabbitCommandConsumer } from "../../infra/rabbitmq/command-consumer.ts";

export async function openConsumer(group: string): Promise<CommandConsumer> {
  const url = process.env["CONTRACT_RABBITMQ_URL"];
  if (url === undefined) throw new Error("CONTRACT_RABBITMQ_URL is not set");
  return new RabbitCommandConsumer({ url, group, newQueueSettleMs: 0 });
}
