import { randomUUID } from "node:crypto";
import postgres, { type Sql } from "postgres";
import { type CommandPublisher, NotSentError, UnavailableError, UncertainError } from "../../engine/ports.ts";
import { PUBLISH } from "./queue-statements.ts";
import type { QueueSwitchboard } from "./queue-switchboard.ts";

const MAX_MESSAGES_PER_INSERT = 500;
const MAX_BYTES_PER_INSERT = 4 * 1_048_576;
const TIMEOUT_MS = 10_000;
const RETRY_EVERY_MS = 500;

/** What tells that the connection was never made, so nothing can have been sent. */
const NEVER_CONNECTED = new Set([
  "ECONNREFUSED",
  "ENOENT",
  "ENOTFOUND",
  "EAI_AGAIN",
  "CONNECT_TIMEOUT",
  "53300", // too many connections
  "57P03", // starting up or shutting down
  "28000", // not allowed in
  "28P01", // wrong password
  "3D000", // no such database
]);

interface Waiting {
  readonly group: string;
  readonly message: Uint8Array;
  readonly resolve: () => void;
  readonly reject: (cause: Error) => void;
}

/**
 * Publishes by inserting rows: one insert at a time, which takes along all that came while the one
 * before was committing. Resolves when it is committed.
 */
export class EmbeddedCommandPublisher implements CommandPublisher {
  readonly replyAddress: string = randomUUID();
  readonly #url: string;
  readonly #switchboard: QueueSwitchboard;
  #sql: Sql;
  #waiting: Waiting[] = [];
  #flushing: Promise<void> | null = null;
  #connected = false;
  #closed = false;
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(url: string, switchboard: QueueSwitchboard) {
    this.#url = url;
    this.#switchboard = switchboard;
    this.#sql = this.#open();
  }

  /** Rejects with UnavailableError when the database cannot be reached. */
  async connect(): Promise<void> {
    try {
      await within(TIMEOUT_MS, this.#sql`select 1`);
      this.#connected = true;
    } catch (cause) {
      await this.#sql.end({ timeout: 0 });
      throw new UnavailableError("database", "the queue's database cannot be reached", { cause });
    }
  }

  publish(group: string, message: Uint8Array): Promise<void> {
    if (this.#closed) return Promise.reject(new NotSentError("the publisher is closed"));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ group, message, resolve, reject });
      this.#flushing ??= this.#flush();
    });
  }

  onReply(listener: (message: Uint8Array) => void): void {
    this.#switchboard.listen(this.replyAddress, listener);
  }

  healthy(): boolean {
    return this.#connected && !this.#closed;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    await this.#flushing;
    this.#switchboard.listen(this.replyAddress, null);
    await this.#sql.end({ timeout: 1 });
  }

  async #flush(): Promise<void> {
    // Whatever else is published in this very tick goes into the same insert.
    await Promise.resolve();
    while (this.#waiting.length > 0) await this.#insert(this.#takeNext());
    this.#flushing = null;
  }

  #takeNext(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const { message } of this.#waiting) {
      bytes += message.length;
      if (count > 0 && (count === MAX_MESSAGES_PER_INSERT || bytes > MAX_BYTES_PER_INSERT)) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  async #insert(batch: readonly Waiting[]): Promise<void> {
    try {
      const query = this.#sql.unsafe<{ accepted: string }[]>(
        PUBLISH,
        [textArray(batch.map(({ group }) => group)), byteaArray(batch.map(({ message }) => message))],
        { prepare: true },
      );
      const [row] = await within(TIMEOUT_MS, query);
      this.#settle(batch, row?.accepted ?? "");
    } catch (cause) {
      const fault = this.#faultOf(cause);
      for (const { reject } of batch) reject(fault);
    }
  }

  /** @param accepted PostgreSQL's text of a boolean[], e.g. `{t,f}` */
  #settle(batch: readonly Waiting[], accepted: string): void {
    const answers = accepted.slice(1, -1).split(",");
    const changed = new Set<string>();
    for (const [place, { group, resolve, reject }] of batch.entries()) {
      if (answers[place] === "t") {
        changed.add(group);
        resolve();
      } else {
        reject(new NotSentError("there is no queue of that group"));
      }
    }
    for (const group of changed) this.#switchboard.changed(group);
  }

  #faultOf(cause: unknown): Error {
    const { code, severity } = cause as { code?: string; severity?: string };
    // The server answered that the statement failed: it is undone. Anything worse ended the session.
    if (severity === "ERROR") return new NotSentError("the queue refused the message", { cause });
    this.#reconnect();
    return code !== undefined && NEVER_CONNECTED.has(code)
      ? new NotSentError("the queue's database cannot be reached", { cause })
      : new UncertainError("the queue's database was lost", { cause });
  }

  /** A new pool instead of the old one's own reconnecting: after a kill that can hang for ever. */
  #reconnect(): void {
    this.#connected = false;
    void this.#sql.end({ timeout: 0 }).catch(() => undefined);
    this.#sql = this.#open();
    clearTimeout(this.#retry);
    if (!this.#closed) this.#retry = setTimeout(() => void this.#probe(), RETRY_EVERY_MS);
  }

  async #probe(): Promise<void> {
    const sql = this.#sql;
    try {
      await within(TIMEOUT_MS, sql`select 1`);
      if (sql === this.#sql) this.#connected = true;
    } catch {
      if (sql === this.#sql && !this.#closed) this.#reconnect();
    }
  }

  #open(): Sql {
    return postgres(this.#url, {
      max: 1,
      max_lifetime: null,
      idle_timeout: 0,
      connect_timeout: 5,
      fetch_types: false,
      onnotice: () => undefined,
      connection: { application_name: "trade-engine queue publisher", statement_timeout: TIMEOUT_MS },
    });
  }
}

async function within<T>(timeoutMs: number, work: PromiseLike<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("the database did not answer in time")), timeoutMs);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

function textArray(values: readonly string[]): string {
  return `{${values.map((value) => `"${value.replace(/["\\]/g, "\\$&")}"`).join(",")}}`;
}

function byteaArray(values: readonly Uint8Array[]): string {
  const hex = values.map(({ buffer, byteOffset, byteLength }) =>
    Buffer.from(buffer, byteOffset, byteLength).toString("hex"),
  );
  return `{${hex.map((digits) => `"\\\\x${digits}"`).join(",")}}`;
}
