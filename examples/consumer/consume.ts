import { connect } from "amqplib";
import type { Ledger, Worked } from "./ledger.ts";

export interface Consuming {
  /** Settles when the connection is gone. */
  readonly ended: Promise<void>;
  close(): Promise<void>;
}

/**
 * Reads a queue into a ledger. A message is acknowledged once it is kept: dying before that brings it again,
 * and the ledger drops it then.
 * @param told called with what became of each message
 */
export async function consume(
  url: string,
  queue: string,
  ledger: Ledger,
  told: (worked: Worked) => void = () => undefined,
): Promise<Consuming> {
  const connection = await connect(url, { noDelay: true });
  const ended = new Promise<void>((resolve) => connection.once("close", () => resolve()));
  connection.on("error", () => undefined); // `close` follows
  const channel = await connection.createChannel();
  channel.on("error", () => undefined);
  // In order, one after the other; the broker sends ahead so many.
  await channel.prefetch(100);
  await channel.consume(queue, (message) => {
    if (message === null) return void connection.close().catch(() => undefined);
    told(ledger.take(JSON.parse(message.content.toString())));
    channel.ack(message);
  });
  return { ended, close: () => connection.close() };
}
