import type { ChannelModel } from "amqplib";
import { type EventPublisher, type OutboundEvent, UnavailableError } from "../../engine/ports.ts";
import { ConfirmWindow } from "./confirm-window.ts";
import { NEW_QUEUE_SETTLE_MS, RabbitLink, type RabbitOptions } from "./connection.ts";
import { declareEvents, type TopologyNames, topologyNames } from "./topology.ts";

export interface EventPublisherOptions extends RabbitOptions {
  /** Default 5,000. */
  readonly confirmTimeoutMs?: number;
  /** Default 1,000 events unconfirmed at a time. */
  readonly maxUnconfirmed?: number;
}

/**
 * Events to the topic exchange, persistent, confirmed, in order. One call at a time is under way:
 * the next begins when the one before has ended, so a failed call never has later events before it.
 * What a failed call had sent may be there already; consumers drop what they have seen by the id.
 */
export class RabbitEventPublisher implements EventPublisher {
  readonly #names: TopologyNames;
  readonly #window: ConfirmWindow;
  readonly #link: RabbitLink;
  readonly #maxUnconfirmed: number;
  #last: Promise<unknown> = Promise.resolve();

  /** Begins to connect at once; see `waitUntilHealthy`. */
  constructor(options: EventPublisherOptions) {
    this.#names = topologyNames(options.prefix);
    this.#maxUnconfirmed = options.maxUnconfirmed ?? 1_000;
    this.#window = new ConfirmWindow(
      {
        maxMessages: this.#maxUnconfirmed,
        maxBytes: Number.MAX_SAFE_INTEGER,
        confirmTimeoutMs: options.confirmTimeoutMs ?? 5_000,
      },
      (fault) => options.observe?.({ type: fault, connection: "events" }),
    );
    this.#link = new RabbitLink(options, "events", {
      setUp: (model) => this.#setUp(model, options.newQueueSettleMs ?? NEW_QUEUE_SETTLE_MS),
      onDown: (cause) => this.#window.detach(cause),
    });
  }

  /** Resolves once events can be published; rejects with UnavailableError. */
  waitUntilHealthy(milliseconds: number): Promise<void> {
    return this.#link.waitUntilUsable(milliseconds);
  }

  healthy(): boolean {
    return this.#link.usable;
  }

  /** Rejects with UnavailableError unless every event is confirmed: publish all of them again. */
  publish(events: readonly OutboundEvent[]): Promise<void> {
    const turn = this.#last.then(() => this.#publishAll(events));
    this.#last = turn.catch(() => {});
    return turn;
  }

  async close(): Promise<void> {
    await this.#link.close();
  }

  async #publishAll(events: readonly OutboundEvent[]): Promise<void> {
    for (let from = 0; from < events.length; from += this.#maxUnconfirmed) {
      if (!this.#link.usable) throw new UnavailableError("rabbitmq", "not connected to RabbitMQ");
      const part = events.slice(from, from + this.#maxUnconfirmed);
      const settled = await Promise.allSettled(part.map((event) => this.#publishOne(event)));
      const failed = settled.find((each) => each.status === "rejected");
      if (failed !== undefined) {
        throw new UnavailableError("rabbitmq", "events were not confirmed", { cause: failed.reason });
      }
    }
  }

  #publishOne(event: OutboundEvent): Promise<void> {
    return this.#window.publish(this.#names.eventExchange, event.routingKey, Buffer.from(event.body), {
      persistent: true,
      messageId: event.id,
      contentType: "application/json",
    });
  }

  async #setUp(model: ChannelModel, settleMs: number): Promise<void> {
    await declareEvents(model, this.#names, settleMs);
    const channel = await model.createConfirmChannel();
    channel.on("error", () => {});
    channel.on("close", () => this.#link.fail(new Error("event channel closed")));
    this.#window.attach(channel);
  }
}
