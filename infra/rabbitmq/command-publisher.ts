import { randomUUID } from "node:crypto";
import type { ChannelModel } from "amqplib";
import { type CommandPublisher, NotSentError } from "../../engine/ports.ts";
import { ConfirmWindow, type WindowFault } from "./confirm-window.ts";
import { RabbitLink, type RabbitOptions } from "./connection.ts";
import { ensureCommandExchange, type TopologyNames, topologyNames } from "./topology.ts";

export interface CommandPublisherOptions extends RabbitOptions {
  /** Default 10,000 messages unconfirmed: about 0.3 s of what one connection can do. */
  readonly maxUnconfirmed?: number;
  /** Default 64 MiB unconfirmed. */
  readonly maxUnconfirmedBytes?: number;
  /** Default 5,000: a broker that blocks (memory, disk) never confirms, so the wait is bounded. */
  readonly confirmTimeoutMs?: number;
}

/**
 * The API's side of the command queue on RabbitMQ: commands go out on one connection, replies come
 * in on another, so that neither waits for the other. Both come back by themselves; the reply
 * address stays the same for as long as the process lives.
 *
 * Known limit: after a connection that was cut without a word, the broker keeps the old exclusive
 * reply queue until its heartbeat runs out (4 to 6 s); until then the new one is refused, retried,
 * and `healthy()` says false, while publishing goes on.
 */
export class RabbitCommandPublisher implements CommandPublisher {
  readonly replyAddress: string;
  readonly #names: TopologyNames;
  readonly #window: ConfirmWindow;
  readonly #publishing: RabbitLink;
  readonly #replies: RabbitLink;
  #listener: ((message: Uint8Array) => void) | null = null;

  /** Begins to connect at once; see `waitUntilHealthy`. */
  constructor(options: CommandPublisherOptions) {
    this.#names = topologyNames(options.prefix);
    this.replyAddress = this.#names.replyPrefix + randomUUID();
    this.#window = new ConfirmWindow(
      {
        maxMessages: options.maxUnconfirmed ?? 10_000,
        maxBytes: options.maxUnconfirmedBytes ?? 64 * 1024 * 1024,
        confirmTimeoutMs: options.confirmTimeoutMs ?? 5_000,
      },
      (fault: WindowFault) => options.observe?.({ type: fault, connection: "publish" }),
    );
    this.#publishing = new RabbitLink(options, "publish", {
      setUp: (model) => this.#openPublishing(model),
      onDown: (cause) => this.#window.detach(cause),
    });
    this.#replies = new RabbitLink(options, "replies", {
      setUp: (model) => this.#openReplies(model),
      onDown: () => {},
    });
  }

  /** Resolves once commands can be sent and replies received; rejects with UnavailableError. */
  async waitUntilHealthy(milliseconds: number): Promise<void> {
    await Promise.all([
      this.#publishing.waitUntilUsable(milliseconds),
      this.#replies.waitUntilUsable(milliseconds),
    ]);
  }

  publish(group: string, message: Uint8Array): Promise<void> {
    if (!this.#publishing.usable) return Promise.reject(new NotSentError("not connected to RabbitMQ"));
    return this.#window.publish(this.#names.commandExchange, group, message, {
      persistent: true,
      mandatory: true,
    });
  }

  onReply(listener: (message: Uint8Array) => void): void {
    this.#listener = listener;
  }

  /** Also false while replies cannot come in: such a pod should get no new requests. */
  healthy(): boolean {
    return this.#publishing.usable && this.#replies.usable;
  }

  /** Messages handed to the broker and not confirmed yet, for metrics. */
  get unconfirmed(): number {
    return this.#window.outstanding;
  }

  async close(): Promise<void> {
    await Promise.all([this.#publishing.close(), this.#replies.close()]);
  }

  async #openPublishing(model: ChannelModel): Promise<void> {
    await ensureCommandExchange(model, this.#names);
    const channel = await model.createConfirmChannel();
    channel.on("error", () => {});
    channel.on("close", () => this.#publishing.fail(new Error("publishing channel closed")));
    this.#window.attach(channel);
  }

  async #openReplies(model: ChannelModel): Promise<void> {
    const channel = await model.createChannel();
    channel.on("error", () => {});
    channel.on("close", () => this.#replies.fail(new Error("reply channel closed")));
    await channel.assertQueue(this.replyAddress, { exclusive: true, autoDelete: true, durable: false });
    await channel.consume(
      this.replyAddress,
      (message) => {
        // null: the broker took the queue away.
        if (message === null) this.#replies.fail(new Error("reply queue deleted"));
        else this.#listener?.(message.content);
      },
      { noAck: true },
    );
  }
}
