import type { Channel, ChannelModel, ConsumeMessage } from "amqplib";
import { type CommandConsumer, type Delivery, UnavailableError } from "../../engine/ports.ts";
import {
  asError,
  closeConnection,
  NEW_QUEUE_SETTLE_MS,
  openConnection,
  RabbitLink,
  type RabbitOptions,
  SET_UP_WITHIN_MS,
  settleWithin,
  within,
} from "./connection.ts";
import { declareGroup, type TopologyNames, topologyNames } from "./topology.ts";

export interface CommandConsumerOptions extends RabbitOptions {
  readonly group: string;
  /** What a tick looks like on the wire: `engine/wire` owns the format. Default: no bytes. */
  readonly tickBody?: Uint8Array;
  /** Default 1,000 messages unacknowledged at most: two full batches of single commands. */
  readonly prefetch?: number;
}

/** How long a channel may take to close before the connection is ended under it. */
const CHANNEL_CLOSE_WITHIN_MS = 1_000;

/**
 * The engine's side of one group's queue on RabbitMQ. Deliveries and acknowledgements have one
 * connection, replies and ticks another. The first is never reopened (its loss ends the engine, and
 * the stand-by takes over); the second is, and while it is away replies are dropped.
 *
 * It never nacks (the message could go to the tail) and never cancels (that promotes the stand-by
 * while this one still holds messages): it closes its channel.
 */
export class RabbitCommandConsumer implements CommandConsumer {
  readonly #options: CommandConsumerOptions;
  readonly #names: TopologyNames;
  #model: ChannelModel | null = null;
  #channel: Channel | null = null;
  #telling: RabbitLink | null = null;
  #tellChannel: Channel | null = null;
  #tellFull = false;
  #lookChannel: Channel | null = null;
  #lastDelivery: ConsumeMessage | null = null;
  #acknowledged = 0;
  #onLost: ((cause: Error) => void) | null = null;
  #droppedReplies = 0;

  constructor(options: CommandConsumerOptions) {
    this.#options = options;
    this.#names = topologyNames(options.prefix);
  }

  /** Replies dropped because the socket was full or away, for metrics. */
  get droppedReplies(): number {
    return this.#droppedReplies;
  }

  /** Messages on the queue, those that this consumer holds unacknowledged included; for metrics. Rejects when unknown. */
  async queueMessages(): Promise<number> {
    if (this.#lookChannel === null) throw new UnavailableError("rabbitmq", "not connected");
    const { messageCount } = await this.#lookChannel.checkQueue(
      this.#names.commandQueue(this.#options.group),
    );
    const delivered = this.#lastDelivery?.fields.deliveryTag ?? 0;
    return messageCount + delivered - this.#acknowledged;
  }

  /** Rejects with UnavailableError; it may be called again after that, after a loss, or after `close`. */
  async start(onDelivery: (delivery: Delivery) => void, onLost: (cause: Error) => void): Promise<void> {
    if (this.#channel !== null) throw new Error("started already");
    this.#lastDelivery = null;
    this.#acknowledged = 0;
    this.#telling ??= this.#openTelling();
    try {
      await within(SET_UP_WITHIN_MS, this.#subscribe(this.#telling, onDelivery, onLost));
    } catch (error) {
      this.#onLost = null;
      await this.close();
      if (error instanceof UnavailableError) throw error;
      throw new UnavailableError("rabbitmq", "cannot subscribe to the command queue", { cause: error });
    }
  }

  acknowledge(tag: number): void {
    const last = this.#lastDelivery;
    if (last === null || tag > last.fields.deliveryTag) throw new RangeError("no such delivery");
    // After a loss the broker delivers it again: to whom it matters, `onLost` has told.
    if (this.#channel === null || tag <= this.#acknowledged) return;
    this.#acknowledged = tag;
    this.#channel.ack({ ...last, fields: { ...last.fields, deliveryTag: tag } }, true);
  }

  reply(address: string, message: Uint8Array): void {
    // The address came in with a command: it must not lead anywhere but to a reply queue.
    const allowed = address.startsWith(this.#names.replyPrefix);
    if (!allowed || !this.#tell("", address, message)) this.#droppedReplies += 1;
  }

  /** Rejects with UnavailableError when it cannot be sent now; the next one comes in a second. */
  tick(): Promise<void> {
    const body = this.#options.tickBody ?? new Uint8Array(0);
    if (this.#tell(this.#names.commandExchange, this.#options.group, body)) return Promise.resolve();
    return Promise.reject(new UnavailableError("rabbitmq", "cannot send a tick"));
  }

  async close(): Promise<void> {
    const [model, channel, telling] = [this.#model, this.#channel, this.#telling];
    this.#model = null;
    this.#channel = null;
    this.#telling = null;
    this.#onLost = null;
    if (channel !== null) {
      await settleWithin(
        CHANNEL_CLOSE_WITHIN_MS,
        Promise.resolve().then(() => channel.close()),
      );
    }
    await Promise.all([model === null ? null : closeConnection(model), telling?.close()]);
  }

  async #subscribe(
    telling: RabbitLink,
    onDelivery: (delivery: Delivery) => void,
    onLost: (cause: Error) => void,
  ): Promise<void> {
    const { group, prefetch, newQueueSettleMs } = this.#options;
    const model = await openConnection(this.#options, "consume");
    this.#model = model;
    const lost = (cause: Error) => this.#lose(model, cause);
    model.on("close", (cause?: Error) => lost(cause ?? new Error("connection closed")));
    await declareGroup(model, this.#names, group, newQueueSettleMs ?? NEW_QUEUE_SETTLE_MS);
    const channel = await model.createChannel();
    channel.on("error", () => {});
    channel.on("close", () => lost(new Error("consuming channel closed")));
    // Replies right after the first delivery must find their way.
    await telling.waitUntilUsable(SET_UP_WITHIN_MS);
    await channel.prefetch(prefetch ?? 1_000);
    if (this.#model !== model) throw new UnavailableError("rabbitmq", "lost while subscribing");
    this.#channel = channel;
    this.#onLost = onLost;
    await channel.consume(this.#names.commandQueue(group), (message) => {
      if (this.#channel !== channel) return;
      if (message === null) lost(new Error("command queue deleted"));
      else this.#deliver(message, onDelivery, lost);
    });
  }

  #deliver(
    message: ConsumeMessage,
    onDelivery: (delivery: Delivery) => void,
    lost: (cause: Error) => void,
  ): void {
    this.#lastDelivery = message;
    const { deliveryTag, redelivered } = message.fields;
    try {
      // One consumer on a channel of its own: the broker's tags count its deliveries from 1.
      onDelivery({ body: message.content, redelivered, tag: deliveryTag });
    } catch (error) {
      // Thrown on, it would be taken for a fault of the driver's.
      lost(asError(error));
    }
  }

  #lose(model: ChannelModel, cause: Error): void {
    if (this.#model !== model) return;
    this.#model = null;
    this.#channel = null;
    const onLost = this.#onLost;
    this.#onLost = null;
    void closeConnection(model);
    onLost?.(cause);
  }

  #openTelling(): RabbitLink {
    return new RabbitLink(this.#options, "tell", {
      setUp: async (model) => {
        const channel = await model.createChannel();
        channel.on("error", () => {});
        channel.on("close", () => this.#telling?.fail(new Error("reply channel closed")));
        channel.on("drain", () => {
          this.#tellFull = false;
        });
        this.#tellFull = false;
        this.#tellChannel = channel;
        // Of its own: a look at a queue that is not there closes its channel.
        const look = await model.createChannel();
        look.on("error", () => {});
        look.on("close", () => {
          if (this.#lookChannel === look) this.#lookChannel = null;
        });
        this.#lookChannel = look;
      },
      onDown: () => {
        this.#tellChannel = null;
        this.#lookChannel = null;
      },
    });
  }

  /** Sends without confirm, or not at all when the socket is full: what nobody takes is not kept. */
  #tell(exchange: string, routingKey: string, message: Uint8Array): boolean {
    if (this.#tellChannel === null || this.#tellFull || this.#telling?.usable !== true) return false;
    const body = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
    try {
      this.#tellFull = !this.#tellChannel.publish(exchange, routingKey, body, { persistent: false });
      return true;
    } catch {
      return false;
    }
  }
}
