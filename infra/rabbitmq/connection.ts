import { type ChannelModel, connect } from "amqplib";
import { UnavailableError } from "../../engine/ports.ts";

/**
 * Connections to RabbitMQ: one that is opened once (an engine's consumer: when it is lost the engine
 * exits), and one that is kept up (everybody else). amqplib has recovery of its own; this one is
 * used instead because a channel that dies must end its whole connection here, and because the
 * owner has to hear of a loss before anything is sent on the next connection.
 */
export interface RabbitOptions {
  /** `amqp://` or `amqps://`, with user, password and virtual host. */
  readonly url: string;
  /** Certificate authority in PEM, where the system's own do not know the broker's. */
  readonly certificateAuthority?: string;
  /** Default 2: a dead peer is found out after two to three of these. */
  readonly heartbeatSeconds?: number;
  /** Default 5,000. */
  readonly connectTimeoutMs?: number;
  /** Default 100: the first wait before connecting again; it doubles each time. */
  readonly firstRetryMs?: number;
  /** Default 5,000: the longest wait. */
  readonly longestRetryMs?: number;
  /** Put before the names of exchanges and queues, so that several systems can share a broker. */
  readonly prefix?: string;
  /**
   * Default 2,000: how long a new queue waits before messages can reach it. RabbitMQ 3.10 writes its
   * register of quorum queues down with a delay: killed (`kill -9`) within 0.8 s of a declaration, it
   * comes back with the queue wedged and what it had confirmed there lost; from 0.9 s on with all of it.
   */
  readonly newQueueSettleMs?: number;
  /** What happens to connections, for logs and metrics. Carries no driver's text and no secret. */
  readonly observe?: (event: RabbitEvent) => void;
}

export interface RabbitEvent {
  readonly type:
    | "connected"
    | "lost"
    | "failed"
    | "blocked"
    | "unblocked"
    | "nacked"
    | "returned"
    | "unconfirmed";
  /** Which of the process's connections: `publish`, `replies`, `consume`, `tell`, `events`. */
  readonly connection: string;
  /** The fault's code, where the driver gives one (`ECONNREFUSED`, 320, …). */
  readonly code?: string;
}

/**
 * How long a frozen or cut-off engine holds up its group: 4 to 6 s. Its event loop stands still for much less
 * than that, with a million orders too.
 */
const HEARTBEAT_SECONDS = 2;

/** Default of `RabbitOptions.newQueueSettleMs`. */
export const NEW_QUEUE_SETTLE_MS = 2_000;

/** How long a polite close may take before the process goes on without it. */
const CLOSE_WITHIN_MS = 2_000;

/** How long the declarations on a fresh connection may take, new queues' settling included. */
export const SET_UP_WITHIN_MS = 20_000;

/** Opens one connection. Rejects with UnavailableError. */
export async function openConnection(options: RabbitOptions, name: string): Promise<ChannelModel> {
  const url = parseUrl(options.url);
  // amqplib reads the heartbeat from the URL only.
  url.searchParams.set("heartbeat", String(options.heartbeatSeconds ?? HEARTBEAT_SECONDS));
  try {
    const model = await connect(url.href, {
      // Without it Nagle's algorithm and delayed acknowledgement cost 44 ms a message.
      noDelay: true,
      keepAlive: true,
      timeout: options.connectTimeoutMs ?? 5_000,
      clientProperties: { connection_name: `trade-engine ${name}` },
      ...(options.certificateAuthority === undefined ? {} : { ca: [options.certificateAuthority] }),
    });
    // An `error` event without a listener ends the process; `close` always follows it.
    model.on("error", () => {});
    return model;
  } catch (cause) {
    throw new UnavailableError("rabbitmq", "cannot connect to RabbitMQ", { cause });
  }
}

function parseUrl(text: string): URL {
  // The parser's own error holds the text, and with it the password.
  if (!URL.canParse(text)) throw new UnavailableError("rabbitmq", "the URL of RabbitMQ cannot be read");
  return new URL(text);
}

/** Closes a connection, waiting a bounded time: a blocked or paused broker never answers. */
export async function closeConnection(model: ChannelModel): Promise<void> {
  await settleWithin(
    CLOSE_WITHIN_MS,
    // It throws on the spot when the connection is closed already.
    Promise.resolve().then(() => model.close()),
  );
}

/** Waits for `work` to end, well or badly, but no longer than given. */
export async function settleWithin(milliseconds: number, work: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([work.then(nothing, nothing), timeout]);
  clearTimeout(timer);
}

/** Waits for `work`; rejects with UnavailableError when it takes longer. A wedged queue never answers. */
export async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new UnavailableError("rabbitmq", "RabbitMQ does not answer")),
      milliseconds,
    );
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

export interface LinkHandlers {
  /** Opens what is needed on a fresh connection. The link is up once it resolves. */
  readonly setUp: (model: ChannelModel) => Promise<void>;
  /** The connection is gone. Called after every `setUp` that was begun. */
  readonly onDown: (cause: Error) => void;
}

/** A connection that is kept up: on any loss it comes back by itself, with growing, jittered waits. */
export class RabbitLink {
  readonly #options: RabbitOptions;
  readonly #name: string;
  readonly #handlers: LinkHandlers;
  readonly #running: Promise<void>;
  #closing = false;
  #up = false;
  #blocked = false;
  #fail: ((cause: Error) => void) | null = null;
  #endWait: (() => void) | null = null;
  #waiters: (() => void)[] = [];

  /** Begins to connect at once. */
  constructor(options: RabbitOptions, name: string, handlers: LinkHandlers) {
    this.#options = options;
    this.#name = name;
    this.#handlers = handlers;
    this.#running = this.#run();
  }

  /** Connected, set up, and not blocked by the broker (which it does when memory or disk run out). */
  get usable(): boolean {
    return this.#up && !this.#blocked;
  }

  /** Resolves when usable for the first time from now; rejects with UnavailableError after the time. */
  async waitUntilUsable(milliseconds: number): Promise<void> {
    const deadline = performance.now() + milliseconds;
    while (!this.usable) {
      const left = deadline - performance.now();
      if (left <= 0 || this.#closing) throw new UnavailableError("rabbitmq", "no connection to RabbitMQ");
      const changed = new Promise<void>((resolve) => this.#waiters.push(resolve));
      await settleWithin(left, changed);
    }
  }

  /** Gives the connection up (a channel of it died, say) and connects again. */
  fail(cause: Error): void {
    this.#fail?.(cause);
  }

  async close(): Promise<void> {
    this.#closing = true;
    this.#endWait?.();
    this.#fail?.(new Error("closed"));
    this.#wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    let attempts = 0;
    while (!this.#closing) {
      const wasUp = await this.#connectOnce();
      attempts = wasUp ? 0 : attempts + 1;
      if (!this.#closing) await this.#waitToRetry(attempts);
    }
  }

  /** One connection from its opening to its end. True if it came up. */
  async #connectOnce(): Promise<boolean> {
    let model: ChannelModel;
    try {
      model = await openConnection(this.#options, this.#name);
    } catch (error) {
      this.#observe("failed", error);
      return false;
    }
    const lost = new Promise<Error>((resolve) => {
      this.#fail = resolve;
      model.on("close", (cause?: Error) => resolve(cause ?? new Error("connection closed")));
    });
    model.on("blocked", () => this.#setBlocked(true));
    model.on("unblocked", () => this.#setBlocked(false));
    const rejected = lost.then((cause) => Promise.reject(cause));
    rejected.catch(nothing);
    let cause: Error;
    try {
      if (this.#closing) throw new Error("closed");
      await within(SET_UP_WITHIN_MS, Promise.race([this.#handlers.setUp(model), rejected]));
      this.#up = true;
      this.#observe("connected");
      this.#wake();
      cause = await lost;
      this.#observe("lost", cause);
    } catch (error) {
      cause = asError(error);
      this.#observe("failed", cause);
    }
    const wasUp = this.#up;
    this.#up = false;
    this.#blocked = false;
    this.#fail = null;
    this.#handlers.onDown(cause);
    await closeConnection(model);
    return wasUp;
  }

  async #waitToRetry(attempts: number): Promise<void> {
    const first = this.#options.firstRetryMs ?? 100;
    const longest = this.#options.longestRetryMs ?? 5_000;
    const whole = Math.min(longest, first * 2 ** Math.min(attempts, 20));
    // Half of it is chance, so that many processes do not come back in the same moment.
    const wait = whole / 2 + (Math.random() * whole) / 2;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, wait);
      this.#endWait = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#endWait = null;
  }

  #setBlocked(blocked: boolean): void {
    this.#blocked = blocked;
    this.#observe(blocked ? "blocked" : "unblocked");
    this.#wake();
  }

  #wake(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) waiter();
  }

  #observe(type: RabbitEvent["type"], cause?: unknown): void {
    const code = faultCode(cause);
    this.#options.observe?.({ type, connection: this.#name, ...(code === undefined ? {} : { code }) });
  }
}

/** The code inside a driver's error or its cause: a name or number that is safe to log. */
export function faultCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = "code" in error ? error.code : undefined;
  if (typeof code === "string" || typeof code === "number") return String(code);
  return faultCode(error.cause);
}

export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error("unknown fault", { cause: thrown });
}

function nothing(): void {}
