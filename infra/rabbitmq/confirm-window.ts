import type { ConfirmChannel, Options } from "amqplib";
import { NotSentError, UncertainError } from "../../engine/ports.ts";

/**
 * Publishing with confirms, in order, with bounds. What it knows for sure it says for sure:
 *
 * | what happened | answer |
 * |---|---|
 * | confirmed, not returned | resolves |
 * | no channel, bounds reached, still held here when the channel or the time ended, returned | NotSentError |
 * | handed to the driver, then nack, lost channel or no confirm in time | UncertainError |
 *
 * amqplib buffers without bound when its `publish()` returns false: from then on messages are held
 * here, counted, until it drains. Messages whose time ran out stay counted until the broker or the
 * channel's end settles them, so memory stays bounded while a broker hangs.
 */
export interface WindowLimits {
  readonly maxMessages: number;
  readonly maxBytes: number;
  /** Longest wait for a confirm, counted from the call. */
  readonly confirmTimeoutMs: number;
}

export type WindowFault = "nacked" | "returned" | "unconfirmed";

interface Entry {
  readonly id: number;
  readonly exchange: string;
  readonly routingKey: string;
  readonly body: Buffer;
  readonly options: Options.Publish;
  readonly deadlineMs: number;
  readonly generation: number;
  readonly resolve: () => void;
  readonly reject: (fault: Error) => void;
  handedOver: boolean;
  returned: boolean;
  settled: boolean;
}

export class ConfirmWindow {
  readonly #limits: WindowLimits;
  readonly #onFault: (fault: WindowFault) => void;
  /** Unsettled, oldest first: all wait equally long, so this is also the order of deadlines. */
  readonly #entries = new Map<number, Entry>();
  #held: Entry[] = [];
  #channel: ConfirmChannel | null = null;
  #full = false;
  #generation = 0;
  #lastId = 0;
  #messages = 0;
  #bytes = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(limits: WindowLimits, onFault: (fault: WindowFault) => void = () => {}) {
    this.#limits = limits;
    this.#onFault = onFault;
  }

  get attached(): boolean {
    return this.#channel !== null;
  }

  /** Messages that count against the bound. */
  get outstanding(): number {
    return this.#messages;
  }

  attach(channel: ConfirmChannel): void {
    this.#generation += 1;
    this.#channel = channel;
    this.#full = false;
    channel.on("drain", () => {
      if (this.#channel !== channel) return;
      this.#full = false;
      this.#flush();
    });
    channel.on("close", () => {
      if (this.#channel === channel) this.detach(new Error("channel closed"));
    });
    channel.on("return", (message) => {
      const entry = this.#entries.get(Number(message.properties.messageId));
      if (entry !== undefined) entry.returned = true;
    });
  }

  /** The channel is gone: settles everything. */
  detach(cause: Error): void {
    this.#channel = null;
    this.#generation += 1;
    this.#held = [];
    this.#messages = 0;
    this.#bytes = 0;
    const left = [...this.#entries.values()];
    this.#entries.clear();
    this.#stopTimer();
    for (const entry of left) {
      entry.settled = true;
      entry.reject(
        entry.handedOver
          ? new UncertainError("the connection was lost before the confirm", { cause })
          : new NotSentError("the connection was lost before sending", { cause }),
      );
    }
  }

  /**
   * Sends one message. The body must not change until the promise settles. The id of a `mandatory`
   * message is the window's own.
   */
  publish(exchange: string, routingKey: string, body: Uint8Array, options: Options.Publish): Promise<void> {
    if (this.#channel === null) return Promise.reject(new NotSentError("not connected"));
    if (this.#messages >= this.#limits.maxMessages || this.#bytes + body.length > this.#limits.maxBytes) {
      return Promise.reject(new NotSentError("too many messages unconfirmed"));
    }
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise<void>((resolve, reject) => {
      const entry: Entry = {
        id,
        exchange,
        routingKey,
        body: Buffer.from(body.buffer, body.byteOffset, body.byteLength),
        // A returned message is known by its id only.
        options: options.mandatory === true ? { ...options, messageId: String(id) } : options,
        deadlineMs: performance.now() + this.#limits.confirmTimeoutMs,
        generation: this.#generation,
        resolve,
        reject,
        handedOver: false,
        returned: false,
        settled: false,
      };
      this.#entries.set(id, entry);
      this.#messages += 1;
      this.#bytes += body.length;
      this.#held.push(entry);
      this.#flush();
      this.#startTimer();
    });
  }

  /** Hands over what is held, in order, for as long as the driver takes it. */
  #flush(): void {
    let next = 0;
    while (this.#channel !== null && !this.#full && next < this.#held.length) {
      const entry = this.#held[next];
      next += 1;
      if (entry !== undefined && !entry.settled) this.#handOver(this.#channel, entry);
    }
    if (next > 0) this.#held = next === this.#held.length ? [] : this.#held.slice(next);
  }

  #handOver(channel: ConfirmChannel, entry: Entry): void {
    try {
      const { exchange, routingKey, body, options } = entry;
      const accepted = channel.publish(exchange, routingKey, body, options, (fault: unknown) =>
        this.#confirmed(entry, fault),
      );
      entry.handedOver = true;
      this.#full = !accepted;
    } catch (cause) {
      // The channel is closing: the driver took nothing.
      this.#release(entry);
      this.#settle(entry, new NotSentError("the connection is closing", { cause }));
    }
  }

  #confirmed(entry: Entry, fault: unknown): void {
    if (entry.generation !== this.#generation) return;
    this.#release(entry);
    if (entry.settled) return;
    if (fault instanceof Error) {
      // The driver calls back with an error for a nack, and once more for all when the channel ends.
      if (fault.message === "message nacked") this.#onFault("nacked");
      this.#settle(entry, new UncertainError("the broker did not confirm the message"));
    } else if (entry.returned) {
      this.#onFault("returned");
      this.#settle(entry, new NotSentError("no queue takes this message"));
    } else {
      this.#settle(entry, null);
    }
  }

  #release(entry: Entry): void {
    this.#messages -= 1;
    this.#bytes -= entry.body.length;
  }

  #settle(entry: Entry, fault: Error | null): void {
    entry.settled = true;
    this.#entries.delete(entry.id);
    if (fault === null) entry.resolve();
    else entry.reject(fault);
  }

  #expire(): void {
    this.#timer = null;
    const now = performance.now();
    for (const entry of this.#entries.values()) {
      if (entry.deadlineMs > now) break;
      this.#onFault("unconfirmed");
      if (entry.handedOver) {
        this.#settle(entry, new UncertainError("no confirm in time"));
      } else {
        this.#release(entry);
        this.#settle(entry, new NotSentError("not sent in time"));
      }
    }
    this.#held = this.#held.filter((entry) => !entry.settled);
    this.#startTimer();
  }

  /** One timer, for the oldest: not one a message. */
  #startTimer(): void {
    if (this.#timer !== null) return;
    for (const oldest of this.#entries.values()) {
      const wait = Math.max(1, Math.ceil(oldest.deadlineMs - performance.now()));
      this.#timer = setTimeout(() => this.#expire(), wait);
      return;
    }
  }

  #stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
