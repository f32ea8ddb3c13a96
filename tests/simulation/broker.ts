import type { Checks } from "./checks.ts";
import type { Environment } from "./environment.ts";
import type { Random } from "./random.ts";

interface Message {
  readonly body: Uint8Array;
  deliveries: number;
}

/** What the broker knows of a consumer. */
export interface Subscriber {
  readonly name: string;
  deliver(body: Uint8Array, redelivered: boolean): void;
  /** The broker ended the channel; the consumer may hear of it now, late, or never. */
  dropped(): void;
}

interface Subscription {
  readonly subscriber: Subscriber;
  readonly prefetch: number;
  unacknowledged: Message[];
  acknowledged: number;
}

export type PublishOutcome = "confirmed" | "uncertain" | "not sent";

const HEARTBEAT_LOST_MS: readonly [number, number] = [4_000, 6_000];
const HOP_MS = 0.5;

/**
 * The broker: the group's quorum queue with a single active consumer, and the way of replies. What a
 * channel that ends had not acknowledged is first in the queue again, in its order, and marked.
 */
export class SimBroker {
  down = false;
  readonly #environment: Environment;
  readonly #checks: Checks;
  readonly #random: Random;
  /** Not yet delivered, or given back: the head first. */
  #ready: Message[] = [];
  #subscriptions: Subscription[] = [];
  readonly #inboxes = new Map<string, (message: Uint8Array) => void>();
  #pumping = false;
  /** Messages on their way. */
  #publishing = 0;

  constructor(environment: Environment, checks: Checks) {
    this.#environment = environment;
    this.#checks = checks;
    this.#random = environment.stream();
  }

  /** Nothing in the queue, nothing on its way there. */
  get empty(): boolean {
    if (this.#publishing > 0) return false;
    return this.#ready.length === 0 && this.#subscriptions.every((one) => one.unacknowledged.length === 0);
  }

  /** Whether this one is the consumer that gets deliveries. */
  serves(subscriber: Subscriber): boolean {
    return this.#subscriptions[0]?.subscriber === subscriber;
  }

  inbox(address: string, listener: (message: Uint8Array) => void): void {
    this.#inboxes.set(address, listener);
  }

  /** A publisher's message on its way, and what the publisher learns of it. */
  publish(body: Uint8Array, learn: (outcome: PublishOutcome) => void): void {
    const { weather, scheduler } = this.#environment;
    const random = this.#random;
    const fault = random.chance(weather.publish)
      ? random.pick(["lost", "returned", "unconfirmed", "slow"])
      : "";
    const delayMs = random.delayMs(HOP_MS) + (fault === "slow" ? random.between(10, 8_000) : 0);
    const hear = (outcome: PublishOutcome): void => {
      scheduler.after(random.delayMs(HOP_MS), () => learn(outcome));
    };
    // A publisher does not wait for ever.
    const patienceMs = 3_000;
    if (delayMs > patienceMs) scheduler.after(patienceMs, () => learn("uncertain"));
    this.#publishing += 1;
    scheduler.after(delayMs, () => {
      this.#publishing -= 1;
      if (fault === "returned") return hear("not sent");
      if (fault === "lost" || this.down) return hear("uncertain");
      this.append(body);
      if (delayMs > patienceMs) this.#environment.count("first copy came after the second");
      if (delayMs <= patienceMs) hear(fault === "unconfirmed" ? "uncertain" : "confirmed");
    });
  }

  append(body: Uint8Array): void {
    this.#ready.push({ body, deliveries: 0 });
    this.#pump();
  }

  reply(address: string, message: Uint8Array): void {
    const { weather, scheduler } = this.#environment;
    this.#checks.replied(message);
    if (this.down || this.#random.chance(weather.reply)) return;
    scheduler.after(this.#random.delayMs(HOP_MS), () => this.#inboxes.get(address)?.(message));
  }

  subscribe(subscriber: Subscriber, prefetch: number): boolean {
    if (this.down) return false;
    this.#subscriptions.push({ subscriber, prefetch, unacknowledged: [], acknowledged: 0 });
    this.#pump();
    return true;
  }

  acknowledge(subscriber: Subscriber, tag: number): void {
    const subscription = this.#of(subscriber);
    if (subscription === undefined) return;
    const done = subscription.unacknowledged.splice(0, tag - subscription.acknowledged);
    subscription.acknowledged = tag;
    if (done.length > 1) this.#environment.count("several messages in one batch");
    for (const { body } of done) this.#checks.dequeued(body);
    this.#pump();
  }

  /** The channel ends: at the consumer's wish, or the broker's. */
  end(subscriber: Subscriber): void {
    const subscription = this.#of(subscriber);
    if (subscription === undefined) return;
    this.#subscriptions = this.#subscriptions.filter((one) => one !== subscription);
    this.#ready = [...subscription.unacknowledged, ...this.#ready];
    subscription.subscriber.dropped();
    this.#pump();
  }

  /** Nothing was heard of a consumer for as long as heartbeats may be missing. */
  missHeartbeats(subscriber: Subscriber): void {
    this.#environment.scheduler.after(this.#random.between(...HEARTBEAT_LOST_MS), () => this.end(subscriber));
  }

  /** The broker goes away, and what is durable stays. */
  stop(): void {
    this.down = true;
    for (const { subscriber } of [...this.#subscriptions]) this.end(subscriber);
  }

  start(): void {
    this.down = false;
  }

  #of(subscriber: Subscriber): Subscription | undefined {
    return this.#subscriptions.find((one) => one.subscriber === subscriber);
  }

  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    for (;;) {
      const active = this.#subscriptions[0];
      const next = this.#ready[0];
      if (active === undefined || next === undefined) break;
      if (active.unacknowledged.length >= active.prefetch) break;
      this.#ready.shift();
      active.unacknowledged.push(next);
      next.deliveries += 1;
      active.subscriber.deliver(next.body, next.deliveries > 1);
    }
    this.#pumping = false;
  }
}
