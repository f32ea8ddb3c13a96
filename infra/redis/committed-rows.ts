import { Buffer } from "node:buffer";
import type { CommittedRow, CommittedStream, JournalBatch } from "../../engine/ports.ts";
import type { RedisOptions } from "./connection.ts";
import { RedisPubSub } from "./pubsub.ts";

/** Rows above it are told without their payload: whoever wants it reads the journal. */
const MAX_PAYLOAD_BYTES = 1 << 20;
const LINE_FEED = 10;

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

/** Null for a row that came without its payload; throws for what is no row. The hash is left out. */
function decodeCommitted(message: Uint8Array): CommittedRow | null {
  const end = message.indexOf(LINE_FEED);
  const payload = message.subarray(end + 1);
  if (end < 0 || payload.length === 0) return null;
  const { group, timeline, ...row } = JSON.parse(new TextDecoder().decode(message.subarray(0, end))) as Head;
  return { group, timeline, row: { ...row, payload, hash: new Uint8Array(0) } };
}

/** Committed rows as Redis fans them out. */
export class RedisCommittedStream implements CommittedStream {
  readonly #prefix: string;
  readonly #pubsub: RedisPubSub<CommittedRow>;

  constructor(options: RedisOptions) {
    this.#prefix = options.keyPrefix ?? "";
    this.#pubsub = new RedisPubSub(options, "committed rows", decodeCommitted);
  }

  waitUntilReady(milliseconds: number): Promise<void> {
    return this.#pubsub.waitUntilReady(milliseconds);
  }

  /** A listener must not throw. */
  subscribe(group: string, listener: (committed: CommittedRow | null) => void): Promise<() => Promise<void>> {
    return this.#pubsub.subscribe(committedChannel(this.#prefix, group), listener);
  }

  close(): Promise<void> {
    return this.#pubsub.close();
  }
}
