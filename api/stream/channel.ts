import type { SnapshotReason } from "../schemas/stream-market.ts";
import type { Paced, Pacer } from "./pacer.ts";
import type { Subscriber } from "./subscriber.ts";

/** What a channel tells. Each text is made once, whoever many it goes to. */
export interface ChannelContent {
  /** What changed since the last call, as messages. */
  update(): readonly string[];
  /** What a reader begins with; null: there is nothing to be had yet. */
  snapshot(reason: SnapshotReason): string | null;
  /** True: nothing is to be had, and readers are told so. */
  readonly isUnavailable: boolean;
}

/**
 * Readers of one channel. A reader begins with a snapshot and gets every update behind it; one that is too
 * far behind is left out until it has caught up, and then begins with a new snapshot.
 */
export class Channel implements Paced {
  readonly name: string;
  readonly #content: ChannelContent;
  readonly #pacer: Pacer;
  readonly #reading = new Set<Subscriber>();
  readonly #beginning = new Map<Subscriber, SnapshotReason>();
  readonly #behind = new Set<Subscriber>();
  /** Were told that there is nothing. */
  readonly #told = new Set<Subscriber>();

  constructor(name: string, content: ChannelContent, pacer: Pacer) {
    this.name = name;
    this.#content = content;
    this.#pacer = pacer;
  }

  get size(): number {
    return this.#reading.size + this.#beginning.size + this.#behind.size;
  }

  add(subscriber: Subscriber): void {
    this.#beginning.set(subscriber, "SUBSCRIBED");
    this.changed();
  }

  remove(subscriber: Subscriber): void {
    this.#reading.delete(subscriber);
    this.#beginning.delete(subscriber);
    this.#behind.delete(subscriber);
    this.#told.delete(subscriber);
  }

  /** There is something to send. */
  changed(): void {
    if (this.#reading.size > 0 || this.#beginning.size > 0) this.#pacer.plan(this);
  }

  /** What was told does not continue: everybody begins anew. */
  restart(reason: SnapshotReason): void {
    for (const subscriber of this.#reading) this.#beginning.set(subscriber, reason);
    this.#reading.clear();
    this.changed();
  }

  /** Lets those begin anew who have caught up; to be called every now and then. */
  relieve(): void {
    for (const subscriber of this.#behind) {
      if (subscriber.isBehind) continue;
      this.#behind.delete(subscriber);
      this.#beginning.set(subscriber, "SLOW_READER");
      this.changed();
    }
  }

  flush(): number {
    return this.#sendUpdate() + this.#sendSnapshots();
  }

  #sendUpdate(): number {
    const texts = this.#content.update();
    if (texts.length === 0) return 0;
    let sent = 0;
    for (const subscriber of this.#reading) {
      if (subscriber.isBehind) {
        this.#reading.delete(subscriber);
        this.#behind.add(subscriber);
        continue;
      }
      for (const text of texts) subscriber.send(text);
      sent += texts.length;
    }
    return sent;
  }

  #sendSnapshots(): number {
    if (this.#beginning.size === 0) return 0;
    const texts = new Map<SnapshotReason, string | null>();
    let sent = 0;
    for (const [subscriber, reason] of this.#beginning) {
      // Whoever asks for snapshots and reads none costs nobody the making of one.
      if (subscriber.isBehind) {
        this.#beginning.delete(subscriber);
        this.#behind.add(subscriber);
        continue;
      }
      let text = texts.get(reason);
      if (text === undefined) {
        text = this.#content.snapshot(reason);
        texts.set(reason, text);
      }
      if (text === null) {
        sent += this.#tellNothing(subscriber);
        continue;
      }
      this.#beginning.delete(subscriber);
      this.#told.delete(subscriber);
      this.#reading.add(subscriber);
      subscriber.send(text);
      sent += 1;
    }
    return sent;
  }

  #tellNothing(subscriber: Subscriber): number {
    if (!this.#content.isUnavailable || this.#told.has(subscriber)) return 0;
    this.#told.add(subscriber);
    subscriber.send(JSON.stringify({ type: "unavailable", channel: this.name }));
    return 1;
  }
}
