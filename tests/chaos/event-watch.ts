import { createHash, randomUUID } from "node:crypto";
import { type ChannelModel, connect } from "amqplib";
import { waitFor } from "../../infra/dev/services/wait.ts";

/** How long until the next try to reach the broker. */
const RETRY_MS = 200;
const PREFETCH = 500;
const QUEUE = "chaos-watch";
/** Type of the message that `reachEnd` sends. */
const MARKER = "marker";

/** A consumer of every event on the topic exchange, on a durable queue of its own, that never gives up. */
export class EventWatch {
  /** By event id: hash of its body. */
  readonly seen = new Map<string, string>();
  /** Ids in the order in which they came first. */
  readonly order: string[] = [];
  /** Batches from this sequence on must have been seen. */
  sinceSequence = 1;
  /** Events that came again with another body. */
  readonly changed: string[] = [];
  /** The marker of `reachEnd` that came last. */
  #marker = "";
  readonly #url: string;
  #model: ChannelModel | null = null;
  #stopped = false;
  #running: Promise<void> = Promise.resolve();

  private constructor(url: string) {
    this.#url = url;
  }

  /** Resolves when its queue is bound: from now on it misses nothing. */
  static async open(url: string): Promise<EventWatch> {
    const watch = new EventWatch(url);
    const { lost } = await watch.#consume();
    watch.#running = watch.#keepConsuming(lost);
    return watch;
  }

  /**
   * Resolves when everything that lay in its queue has been taken: it puts a marker behind that, and
   * waits until the marker comes.
   */
  async reachEnd(deadlineMs: number): Promise<void> {
    const marker = `marker-${randomUUID()}`;
    // A connection that has just gone is made anew meanwhile; the marker may then come twice.
    await waitFor("a marker to be sent", deadlineMs, () =>
      this.#send(marker).then(
        () => true,
        () => undefined,
      ),
    );
    await waitFor("the marker to come", deadlineMs, () => (this.#marker === marker ? true : undefined));
  }

  async #send(marker: string): Promise<void> {
    if (this.#model === null) throw new Error("not connected");
    const channel = await this.#model.createConfirmChannel();
    channel.on("error", () => undefined);
    channel.sendToQueue(QUEUE, Buffer.alloc(0), { messageId: marker, persistent: true, type: MARKER });
    await channel.waitForConfirms();
    await channel.close();
  }

  async close(): Promise<void> {
    this.#stopped = true;
    await this.#model?.close().catch(() => undefined);
    await this.#running;
  }

  async #keepConsuming(first: Promise<void>): Promise<void> {
    let lost = first;
    while (!this.#stopped) {
      await lost;
      if (this.#stopped) return;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      // Where the broker cannot be reached it is lost at once, and tried again.
      ({ lost } = await this.#consume().catch(() => ({ lost: Promise.resolve() })));
    }
  }

  /** Resolves when it consumes; `lost` when it does no more. */
  async #consume(): Promise<{ readonly lost: Promise<void> }> {
    const model = await connect(`${this.#url}?heartbeat=5`, { timeout: 5_000 });
    model.on("error", () => undefined);
    this.#model = model;
    const lost = new Promise<void>((resolve) => model.once("close", () => resolve()));
    const channel = await model.createChannel();
    channel.on("error", () => undefined);
    channel.on("close", () => void model.close().catch(() => undefined));
    await channel.assertQueue(QUEUE, { durable: true, arguments: { "x-queue-type": "quorum" } });
    await channel.bindQueue(QUEUE, "events", "#");
    await channel.prefetch(PREFETCH);
    await channel.consume(QUEUE, (message) => {
      if (message === null) return;
      const id = String(message.properties.messageId);
      if (message.properties.type === MARKER) this.#marker = id;
      else this.#take(id, message.content);
      channel.ack(message);
    });
    return { lost };
  }

  #take(id: string, body: Buffer): void {
    const hash = hashOf(body);
    const before = this.seen.get(id);
    if (before === undefined) {
      this.seen.set(id, hash);
      this.order.push(id);
    } else if (before !== hash) this.changed.push(id);
  }
}

export function hashOf(body: string | Buffer): string {
  return createHash("sha256").update(body).digest("base64").slice(0, 16);
}
