import { createHash } from "node:crypto";
import { Redis } from "ioredis";
import { UnavailableError } from "../../engine/ports.ts";

/**
 * Connections to Redis 7, or to what speaks like it (Upstash): nothing here needs modules, RESP3,
 * `CLIENT` or cluster commands.
 *
 * A command that finds no connection fails at once, and one whose connection is lost fails too and
 * is not sent again: everything in Redis can be made anew, and a queue of old commands would only
 * grow while it is away. The connection itself comes back for as long as it is not closed.
 */
export interface RedisOptions {
  /** `redis://` or `rediss://`, with user, password and database number. */
  readonly url: string;
  /** Certificate authority in PEM, where the system's own do not know the server's. */
  readonly certificateAuthority?: string;
  /** Put before every key and channel, so that several systems can share a server. */
  readonly keyPrefix?: string;
  /** Default 3,000: how long a command may take before it fails. */
  readonly commandTimeoutMs?: number;
  /** What happens to connections, for logs and metrics. Carries no driver's text and no secret. */
  readonly observe?: (event: RedisEvent) => void;
}

export interface RedisEvent {
  /** "refused": a command failed, or a message could not be read, that is done without. */
  readonly type: "connected" | "lost" | "failed" | "refused";
  /** Which of the process's connections. */
  readonly connection: string;
  readonly code?: string;
}

const FIRST_RETRY_MS = 50;
const LONGEST_RETRY_MS = 2_000;

/** Begins to connect at once, and keeps at it. */
export function openRedis(options: RedisOptions, name: string): Redis {
  const client = new Redis(options.url, {
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    commandTimeout: options.commandTimeoutMs ?? 3_000,
    // Without it a server that hangs holds every later command in memory too.
    socketTimeout: 2 * (options.commandTimeoutMs ?? 3_000),
    connectTimeout: 5_000,
    protocol: 2,
    disableClientInfo: true,
    retryStrategy: (attempt) => {
      const whole = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempt, 10));
      return whole / 2 + (Math.random() * whole) / 2;
    },
    // After a failover the old primary answers READONLY: the next connection finds the new one.
    reconnectOnError: (error) => error.message.startsWith("READONLY"),
    ...(options.certificateAuthority === undefined ? {} : { tls: { ca: [options.certificateAuthority] } }),
  });
  let ready = false;
  client.on("ready", () => {
    ready = true;
    options.observe?.({ type: "connected", connection: name });
  });
  client.on("close", () => {
    if (ready) options.observe?.({ type: "lost", connection: name });
    ready = false;
  });
  // An `error` event without a listener ends the process; the commands fail by themselves.
  client.on("error", (error: Error) => {
    const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
    options.observe?.({ type: "failed", connection: name, ...(code === undefined ? {} : { code }) });
  });
  return client;
}

/** @param code what to call it; else Redis' or the driver's word for it, where there is one */
export type TellRefused = (cause: unknown, code?: string) => void;

/** Tells of what a connection does without, so that somebody hears of it. */
export function tellRefused({ observe }: Pick<RedisOptions, "observe">, connection: string): TellRefused {
  return (cause, code = codeOf(cause)) => {
    observe?.({ type: "refused", connection, ...(code === undefined ? {} : { code }) });
  };
}

/** `ECONNRESET`; `NOPERM`, which Redis begins its refusals with: never the rest of a message. */
function codeOf(cause: unknown): string | undefined {
  if (cause instanceof UnavailableError) return codeOf(cause.cause);
  if (!(cause instanceof Error)) return undefined;
  if ("code" in cause && typeof cause.code === "string") return cause.code;
  return /^[A-Z]{2,20}(?= )/.exec(cause.message)?.[0];
}

/** Resolves once commands can be sent; rejects with UnavailableError after the time. */
export async function waitUntilReady(client: Redis, milliseconds: number): Promise<void> {
  if (client.status === "ready") return;
  await new Promise<void>((resolve, reject) => {
    const ready = () => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(() => {
      client.off("ready", ready);
      reject(new UnavailableError("redis", "no connection to Redis"));
    }, milliseconds);
    client.once("ready", ready);
  });
}

/** The port's fault for a driver's. */
export function redisFault(cause: unknown): UnavailableError {
  if (cause instanceof UnavailableError) return cause;
  // The driver hangs the whole command on its errors: a book, a snapshot's part, or a password.
  if (cause instanceof Error) Reflect.deleteProperty(cause, "command");
  return new UnavailableError("redis", "Redis did not answer as it should", { cause });
}

/** A Lua script, known to the server by its hash once it has seen it. */
export interface Script {
  readonly lua: string;
  readonly sha: string;
}

export function makeScript(lua: string): Script {
  return { lua, sha: createHash("sha1").update(lua).digest("hex") };
}

export interface ScriptCall {
  readonly keys: readonly string[];
  readonly arguments: readonly (string | Buffer)[];
}

/**
 * Runs a script many times in one round trip, in order. A server that does not know it yet (fresh,
 * emptied, another one) refuses each by NOSCRIPT without having done anything; these are run again
 * with the script's text, still in order. Rejects with UnavailableError when any fails.
 */
export async function runScript(
  client: Redis,
  script: Script,
  calls: readonly ScriptCall[],
): Promise<unknown[]> {
  const replies = await sendCalls(client, ["evalsha", script.sha], calls);
  const unknown = replies.flatMap((reply, i) => (isNoScript(reply) ? [i] : []));
  if (unknown.length > 0) {
    const again = calls.filter((_, i) => isNoScript(replies[i]));
    const answers = await sendCalls(client, ["eval", script.lua], again);
    for (const [k, i] of unknown.entries()) replies[i] = answers[k];
  }
  const failed = replies.find((reply) => reply instanceof Error);
  if (failed !== undefined) throw redisFault(failed);
  return replies;
}

async function sendCalls(
  client: Redis,
  [command, script]: readonly [string, string],
  calls: readonly ScriptCall[],
): Promise<unknown[]> {
  const pipeline = client.pipeline();
  for (const call of calls) {
    pipeline.call(command, [script, String(call.keys.length), ...call.keys, ...call.arguments]);
  }
  let results: [Error | null, unknown][] | null;
  try {
    results = await pipeline.exec();
  } catch (cause) {
    throw redisFault(cause);
  }
  if (results === null) throw redisFault(new Error("pipeline aborted"));
  return results.map(([error, reply]) => error ?? reply);
}

function isNoScript(reply: unknown): boolean {
  return reply instanceof Error && reply.message.startsWith("NOSCRIPT");
}
