import type { Buffer } from "node:buffer";
import type { Redis } from "ioredis";
import {
  openRedis,
  type RedisOptions,
  redisFault,
  type TellRefused,
  tellRefused,
  waitUntilReady,
} from "./connection.ts";

/** A connection that only listens says nothing when it dies: so it asks. */
const PING_EVERY_MS = 5_000;
const RESUME_AGAIN_AFTER_MS = 1_000;

type Listener<Message> = (message: Message | null) => void;

/**
 * Redis' pub/sub, on a connection of its own however many channels and listeners. Pub/sub keeps nothing:
 * after every loss of the connection all listeners get null, and so do a channel's after a message that
 * cannot be read.
 */
export class RedisPubSub<Message> {
  readonly #client: Redis;
  readonly #refused: TellRefused;
  readonly #decode: (message: Buffer) => Message | null;
  readonly #listeners = new Map<string, Set<Listener<Message>>>();
  readonly #pinging: ReturnType<typeof setInterval>;
  #resuming: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param name of the connection, for logs and metrics
   * @param decode null for a message that says no more than that something was missed; may throw
   */
  constructor(options: RedisOptions, name: string, decode: (message: Buffer) => Message | null) {
    this.#decode = decode;
    this.#client = openRedis(options, name);
    this.#refused = tellRefused(options, name);
    this.#client.on("messageBuffer", (channel: Buffer, message: Buffer) => {
      this.#pass(channel.toString(), message);
    });
    let connections = 0;
    this.#client.on("ready", () => {
      connections += 1;
      if (connections > 1) void this.#resume();
    });
    // A ping that gets no answer ends the connection by the socket's time limit, which is told.
    this.#pinging = setInterval(() => this.#client.ping().catch(() => undefined), PING_EVERY_MS);
  }

  waitUntilReady(milliseconds: number): Promise<void> {
    return waitUntilReady(this.#client, milliseconds);
  }

  healthy(): boolean {
    return this.#client.status === "ready";
  }

  /** A listener must not throw. Resolves to what ends it; rejects with UnavailableError. */
  async subscribe(channel: string, listener: Listener<Message>): Promise<() => Promise<void>> {
    const listeners = this.#listeners.get(channel) ?? new Set();
    this.#listeners.set(channel, listeners);
    // The same function twice is two subscriptions.
    const own: Listener<Message> = (message) => listener(message);
    listeners.add(own);
    try {
      // Also for the second listener: it must not be told before the first one's has taken hold.
      await this.#client.subscribe(channel);
    } catch (cause) {
      listeners.delete(own);
      throw redisFault(cause);
    }
    return () => this.#unsubscribe(channel, listeners, own);
  }

  async close(): Promise<void> {
    clearInterval(this.#pinging);
    clearTimeout(this.#resuming);
    this.#listeners.clear();
    this.#client.disconnect();
  }

  async #unsubscribe(
    channel: string,
    listeners: Set<Listener<Message>>,
    own: Listener<Message>,
  ): Promise<void> {
    listeners.delete(own);
    if (listeners.size > 0 || this.#listeners.get(channel) !== listeners) return;
    this.#listeners.delete(channel);
    // Without a connection there is nothing to end, and it is not asked for again.
    await this.#client.unsubscribe(channel).catch(() => undefined);
  }

  /** Only once the server has all channels again: what is read before that could miss something. */
  async #resume(): Promise<void> {
    const channels = [...this.#listeners.keys()];
    if (channels.length === 0) return;
    try {
      await this.#client.subscribe(...channels);
    } catch (cause) {
      this.#refused(cause);
      // Where the connection is lost again the next one does this; otherwise nobody would.
      clearTimeout(this.#resuming);
      this.#resuming = setTimeout(() => {
        if (this.healthy()) void this.#resume();
      }, RESUME_AGAIN_AFTER_MS);
      return;
    }
    for (const channel of channels) this.#tell(channel, null);
  }

  #pass(channel: string, message: Buffer): void {
    let decoded: Message | null = null;
    try {
      decoded = this.#decode(message);
    } catch (cause) {
      // Nothing that we wrote, or another version of us: whoever follows reads anew.
      this.#refused(cause, "UNREADABLE");
    }
    this.#tell(channel, decoded);
  }

  #tell(channel: string, message: Message | null): void {
    for (const listener of this.#listeners.get(channel) ?? []) listener(message);
  }
}
