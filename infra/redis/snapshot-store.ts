import { createHash, randomBytes } from "node:crypto";
import type { Redis } from "ioredis";
import {
  FencedError,
  type Snapshot,
  type SnapshotPlace,
  type SnapshotStore,
  UnavailableError,
} from "../../engine/ports.ts";
import { commitSnapshot, KEPT_SNAPSHOTS, SnapshotReply } from "./commit-snapshot.ts";
import { openRedis, type RedisOptions, redisFault, runScript, waitUntilReady } from "./connection.ts";

/**
 * Bodies go up in parts: a part holds Redis (and this process) up for a few milliseconds only, and
 * stays below what hosted servers take in one request.
 */
const PART_BYTES = 4 * 1024 * 1024;

/** Parts of a save that was never finished go away by themselves. */
const UNFINISHED_SECONDS = 3_600;

/** What is kept beside the parts of a body. */
interface Entry extends Omit<Snapshot, "hash" | "body"> {
  /** Hexadecimal. */
  readonly hash: string;
  readonly bytes: number;
  /** SHA-256 of the body, hexadecimal. */
  readonly checksum: string;
}

/** Snapshots in Redis: the newest three of each group, fenced by epoch. */
export class RedisSnapshotStore implements SnapshotStore {
  readonly name = "redis";
  readonly #client: Redis;
  readonly #prefix: string;

  constructor(options: RedisOptions) {
    this.#client = openRedis(options, "snapshots");
    this.#prefix = options.keyPrefix ?? "";
  }

  waitUntilReady(milliseconds: number): Promise<void> {
    return waitUntilReady(this.#client, milliseconds);
  }

  healthy(): boolean {
    return this.#client.status === "ready";
  }

  /** Rejects with FencedError, or UnavailableError (then it may or may not be kept: both are fine). */
  async save(snapshot: Snapshot): Promise<void> {
    const { meta, index, entries, parts: base } = this.#keys(snapshot.group);
    await this.#refuseOlderEpoch(meta, snapshot);
    const { body, hash, ...rest } = snapshot;
    const count = Math.max(1, Math.ceil(body.length / PART_BYTES));
    const id = `${snapshot.sequence}-${randomBytes(8).toString("hex")}-${count}`;
    const checksum = await this.#upload(base + id, count, body);
    const entry: Entry = { ...rest, hash: Buffer.from(hash).toString("hex"), bytes: body.length, checksum };
    const { timeline, epoch, sequence } = snapshot;
    const [reply] = await runScript(this.#client, commitSnapshot, [
      {
        keys: [meta, index, entries],
        arguments: [
          timeline,
          String(epoch),
          String(sequence),
          id,
          JSON.stringify(entry),
          base,
          String(KEPT_SNAPSHOTS),
        ],
      },
    ]);
    if (reply === SnapshotReply.Fenced) throw fenced();
    if (reply !== SnapshotReply.Saved) {
      throw new UnavailableError("redis", "Redis lost parts of a snapshot while it was saved");
    }
  }

  /** Reads one body after the other; all of them are in memory at the end. */
  async list(group: string, limit: number = KEPT_SNAPSHOTS): Promise<Snapshot[]> {
    const { index, entries, parts: base } = this.#keys(group);
    try {
      const snapshots: Snapshot[] = [];
      for (const id of await this.#client.zrevrange(index, 0, limit - 1)) {
        const entry = parseEntry(await this.#client.hget(entries, id));
        const body = entry && (await this.#download(base + id, entry));
        if (entry && body) snapshots.push(asSnapshot(entry, body));
      }
      return snapshots;
    } catch (cause) {
      throw redisFault(cause);
    }
  }

  async newest(group: string): Promise<SnapshotPlace | null> {
    const { index, entries } = this.#keys(group);
    try {
      const [id] = await this.#client.zrevrange(index, 0, 0);
      const entry = id === undefined ? null : parseEntry(await this.#client.hget(entries, id));
      if (entry === null) return null;
      return { timeline: entry.timeline, epoch: entry.epoch, sequence: entry.sequence };
    } catch (cause) {
      throw redisFault(cause);
    }
  }

  async close(): Promise<void> {
    this.#client.disconnect();
  }

  /** The script decides; this spares a fenced writer the upload. */
  async #refuseOlderEpoch(meta: string, snapshot: Snapshot): Promise<void> {
    let known: (string | null)[];
    try {
      known = await this.#client.hmget(meta, "timeline", "epoch");
    } catch (cause) {
      throw redisFault(cause);
    }
    if (known[0] === snapshot.timeline && snapshot.epoch < Number(known[1])) throw fenced();
  }

  async #upload(key: string, count: number, body: Uint8Array): Promise<string> {
    const checksum = createHash("sha256");
    try {
      for (let i = 0; i < count; i++) {
        const part = body.subarray(i * PART_BYTES, (i + 1) * PART_BYTES);
        checksum.update(part);
        const bytes = Buffer.from(part.buffer, part.byteOffset, part.byteLength);
        await this.#client.set(`${key}:${i}`, bytes, "EX", UNFINISHED_SECONDS);
      }
    } catch (cause) {
      throw redisFault(cause);
    }
    return checksum.digest("hex");
  }

  /** Null if any part is missing or altered. */
  async #download(key: string, entry: Entry): Promise<Uint8Array | null> {
    const body = new Uint8Array(entry.bytes);
    const checksum = createHash("sha256");
    const count = Math.max(1, Math.ceil(entry.bytes / PART_BYTES));
    for (let i = 0; i < count; i++) {
      const part = await this.#client.getBuffer(`${key}:${i}`);
      if (part === null || part.length !== Math.min(PART_BYTES, entry.bytes - i * PART_BYTES)) return null;
      checksum.update(part);
      body.set(part, i * PART_BYTES);
    }
    return checksum.digest("hex") === entry.checksum ? body : null;
  }

  #keys(group: string): { meta: string; index: string; entries: string; parts: string } {
    // One hash tag, so that a cluster keeps them together.
    const base = `${this.#prefix}snapshots:{${group}}`;
    return { meta: `${base}:meta`, index: `${base}:index`, entries: `${base}:entries`, parts: `${base}:` };
  }
}

function asSnapshot(entry: Entry, body: Uint8Array): Snapshot {
  const { hash, bytes: _bytes, checksum: _checksum, ...rest } = entry;
  return { ...rest, hash: new Uint8Array(Buffer.from(hash, "hex")), body };
}

/** Null if it is not what `save` wrote. */
function parseEntry(text: string | null): Entry | null {
  if (text === null) return null;
  try {
    const entry = JSON.parse(text) as Partial<Entry>;
    const sound = typeof entry.bytes === "number" && entry.bytes >= 0 && typeof entry.hash === "string";
    return sound ? (entry as Entry) : null;
  } catch {
    return null;
  }
}

function fenced(): FencedError {
  return new FencedError("a newer engine has saved snapshots of this group");
}
