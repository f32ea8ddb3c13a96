import type { Outcome } from "../../../engine/outcome.ts";
import type { CommandConsumer, Delivery } from "../../../engine/ports.ts";
import { TICK_MESSAGE } from "../../../engine/wire/message.ts";
import { decodeReply } from "../../../engine/wire/reply.ts";

interface Message {
  readonly body: Uint8Array;
  delivered: boolean;
}

/** One group's queue in memory, with one active consumer, as a broker that never forgets. */
export class MemoryQueue {
  readonly #messages: Message[] = [];
  readonly #consumers: MemoryConsumer[] = [];
  readonly prefetch: number;
  /** By address, everything that was ever replied. */
  readonly replies = new Map<string, Outcome[]>();
  replyMessages = 0;

  constructor(prefetch = 1_000) {
    this.prefetch = prefetch;
  }

  publish(body: Uint8Array): void {
    this.#messages.push({ body, delivered: false });
    this.#consumers[0]?.wake();
  }

  consumer(): MemoryConsumer {
    return new MemoryConsumer(this);
  }

  get length(): number {
    return this.#messages.length;
  }

  join(consumer: MemoryConsumer): void {
    this.#consumers.push(consumer);
    this.#consumers[0]?.wake();
  }

  leave(consumer: MemoryConsumer): void {
    const place = this.#consumers.indexOf(consumer);
    if (place < 0) return;
    this.#consumers.splice(place, 1);
    if (place === 0) this.#consumers[0]?.wake();
  }

  isActive(consumer: MemoryConsumer): boolean {
    return this.#consumers[0] === consumer;
  }

  /** The message at a place from the head. */
  take(place: number): Delivery["body"] | null {
    return this.#messages[place]?.body ?? null;
  }

  markDelivered(place: number): boolean {
    const message = this.#messages[place];
    if (message === undefined) return false;
    const before = message.delivered;
    message.delivered = true;
    return before;
  }

  drop(count: number): void {
    this.#messages.splice(0, count);
  }

  noteReply(address: string, message: Uint8Array): void {
    this.replyMessages += 1;
    const outcomes = this.replies.get(address) ?? [];
    outcomes.push(...decodeReply(message));
    this.replies.set(address, outcomes);
  }
}

export class MemoryConsumer implements CommandConsumer {
  readonly #queue: MemoryQueue;
  #onDelivery: ((delivery: Delivery) => void) | null = null;
  #onLost: ((cause: Error) => void) | null = null;
  #delivered = 0;
  #acknowledged = 0;
  /** Nothing gets through to this one any more, and nothing from it: a process that froze or was cut off. */
  frozen = false;
  readonly acknowledgements: number[] = [];

  constructor(queue: MemoryQueue) {
    this.#queue = queue;
  }

  async start(onDelivery: (delivery: Delivery) => void, onLost: (cause: Error) => void): Promise<void> {
    this.#onDelivery = onDelivery;
    this.#onLost = onLost;
    this.#queue.join(this);
  }

  acknowledge(tag: number): void {
    if (this.#onDelivery === null || this.frozen) return;
    this.acknowledgements.push(tag);
    this.#queue.drop(tag - this.#acknowledged);
    this.#acknowledged = tag;
    this.wake();
  }

  reply(address: string, message: Uint8Array): void {
    if (this.#onDelivery !== null && !this.frozen) this.#queue.noteReply(address, message);
  }

  async tick(): Promise<void> {
    this.#queue.publish(TICK_MESSAGE);
  }

  async close(): Promise<void> {
    this.#onDelivery = null;
    this.#onLost = null;
    this.#queue.leave(this);
  }

  /** The broker drops this consumer: its messages go to the next one. */
  lose(): void {
    const onLost = this.#onLost;
    void this.close();
    onLost?.(new Error("connection lost"));
  }

  /** The broker gives this consumer up without its knowing: it still holds what it was delivered. */
  cutOff(): void {
    this.frozen = true;
    this.#queue.leave(this);
  }

  wake(): void {
    setImmediate(() => {
      while (
        this.#onDelivery !== null &&
        this.#queue.isActive(this) &&
        this.#delivered - this.#acknowledged < this.#queue.prefetch
      ) {
        const place = this.#delivered - this.#acknowledged;
        const body = this.#queue.take(place);
        if (body === null) return;
        const redelivered = this.#queue.markDelivered(place);
        this.#delivered += 1;
        this.#onDelivery({ body, redelivered, tag: this.#delivered });
      }
    });
  }
}
