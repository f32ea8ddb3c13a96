import { Buffer } from "node:buffer";
import type { Redis } from "ioredis";
import type { CommittedRow, CommittedStream, JournalBatch } from "../../engine/ports.ts";
import { openRedis, type RedisOptions, redisFault, waitUntilReady } from "./connection.ts";

/** Rows above it are told without their payload: whoever wants it reads the journal. */
const MAX_PAYLOAD_BYTES = 1 << 20;
const LINE_FEED = 10;
/** A connection that only listens says nothing when it dies: so it asks. */
const PING_EVERY_MS = 5_000;

/** Pub/sub channel of a group's committed rows. */
export function committedChannel(prefix: string, group: string): string {
  return `${prefix}committed:${group}`;
}

type Head = Omit<JournalBatch, "payload" | "hash"> & { readonly group: string; readonly timeline: string };

/** One line of JSON, then the payload as it is. */
export function encodeCommitted({ group, timeline, row }: CommittedRow): Buffer {
  const { epoch, firstSequence, lastSequence, timeMs, rulesVersion, payload } = row;
  const head: Head = { group, timeline, epoch, firstSequence, lastSequence, timeMs, rulesVersion };
  const isCut = payload.length > MAX_PAYLOAD_BYTES;
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), isCut ? Buffer.alloc(0) : payload]);
}

/** Null for a row that came without its payload, or cannot be read. The hash is left out. */
function decodeCommitted(message: Uint8Array): CommittedRow | null {
  const end = message.indexOf(LINE_FEED);
  const payload = message.subarray(end + 1);
  if (end < 0 || payload.length === 0) return null;
  const { group, timeline, ...row } = JSON.parse(new TextDecoder().decode(message.subarray(0, end))) as Head;
  return { group, timeline, row: { ...row, payload, hash: new Uint8Array(0) } };
}

type Listener = (committed: CommittedRow | null) => void;

/**
 * Committed rows by Redis' pub/sub, on a connection of its own. Pub/sub keeps nothing: after every loss of
 * the connection all listeners get null.
 */
export class RedisCommittedStream implements CommittedStream {
  readonly #client: Redis;
  readonly #prefix: string;
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #pinging: ReturnType<typeof setInterval>;

  constructor(options: RedisOptions) {
    this.#prefix = options.keyPrefix ?? "";
    this.#client = openRedis(options, "committed rows");
    this.#client.on("messageBuffer", (channel: Uint8Array, message: Uint8Array) => {
      const listeners = this.#listeners.get(new TextDecoder().decode(channel));
      if (listeners === undefined) return;
      const committed = decodeCommitted(message);
      for (const listener of listeners) listener(committed);
    });
    let connections = 0;
    this.#client.on("ready", () => {
      connections += 1;
      if (connections > 1) void this.#resume();
    });
    this.#pinging = setInterval(() => this.#client.ping().catch(() => undefined), PING_EVERY_MS);
  }

  waitUntilReady(milliseconds: number): Promise<void> {
    return waitUntilReady(this.#client, milliseconds);
  }

  /** A listener must not throw. */
  async subscribe(group: string, listener: Listener): Promise<() => Promise<void>> {
    const channel = committedChannel(this.#prefix, group);
    const listeners = this.#listeners.get(channel) ?? new Set();
    this.#listeners.set(channel, listeners);
    const own: Listener = (committed) => listener(committed);
    listeners.add(own);
    try {
      await this.#client.subscribe(channel);
    } catch (cause) {
      listeners.delete(own);
      throw redisFault(cause);
    }
    return async () => {
      listeners.delete(own);
      if (listeners.size > 0 || this.#listeners.get(channel) !== listeners) return;
      this.#listeners.delete(channel);
      await this.#client.unsubscribe(channel).catch(() => undefined);
    };
  }

  async close(): Promise<void> {
    clearInterval(this.#pinging);
    this.#listeners.clear();
    this.#client.disconnect();
  }

  async #resume(): Promise<void> {
    const channels = [...this.#listeners.keys()];
    if (channels.length === 0) return;
    try {
      await this.#client.subscribe(...channels);
    } catch {
      return; // lost again: the next connection does the same
    }
    for (const listeners of this.#listeners.values()) for (const listener of listeners) listener(null);
  }
}
