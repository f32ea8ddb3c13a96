import type { Authentication } from "../auth/authentication.ts";
import type { Principal } from "../auth/principal.ts";
import { isoTime } from "../convert/order-body.ts";
import { ProblemError } from "../problem.ts";
import { type StreamMessage, type StreamRequest, streamRequestSchema } from "../schemas/stream.ts";
import { STREAM_CLOSE_CODES, STREAM_ERROR_CODES, type StreamErrorCode } from "../schemas/stream-replies.ts";
import type { AuthRequest } from "../schemas/stream-requests.ts";
import { MessageBudget, type StreamSettings } from "./limits.ts";
import type { SocketListener, StreamSocket } from "./sockets/socket.ts";
import type { Subscriber } from "./subscriber.ts";

/** Ends a subscription. */
export type End = () => void;

/** Whose open orders are to be cancelled; of which pairs (by number), null: of all. */
export interface CancelOnDisconnect {
  readonly userId: string;
  readonly symbols: readonly number[] | null;
}

/** What a connection asks of the process that it is on. */
export interface ConnectionHost {
  readonly settings: StreamSettings;
  readonly version: string;
  readonly authentication: Authentication;
  nowMs(): number;
  /** Finds a channel: what begins it, or an error code where it cannot be had. */
  begin(
    channel: string,
    connection: StreamConnection,
    resume: Extract<StreamRequest, { op: "subscribe" }>["resume"],
  ): Promise<(() => End) | StreamErrorCode>;
  /** Numbers of the named pairs; null where there is none of a name. */
  symbolNumbers(names: readonly string[]): Promise<readonly number[] | null>;
  /** Cancels what the user of a connection that is gone wanted cancelled. */
  cancelOrders(cancel: CancelOnDisconnect): void;
  /** A message has gone out. */
  sent(): void;
  /** A request could not be answered, by no fault of the client's. */
  failed(error: unknown): void;
  /** We end the connection. */
  cutOff(reason: string): void;
  /** The connection is gone. */
  ended(connection: StreamConnection): void;
}

/** From so many times `bufferBytes` unread on a connection is given up at once. */
const HOPELESS_TIMES = 8;
/** A connection that stays slow for so long is given up. */
const SLOW_FOR_MS = 30_000;
/** So many messages that cannot be read, or are too many, end a connection. */
const MAX_FAULTS = 50;
/** Messages that wait for others of the same connection to be answered. */
const MAX_WAITING = 100;

/** One client: reads what it asks, in order, and is what its channels send to. */
export class StreamConnection implements SocketListener, Subscriber {
  readonly id: string;
  readonly address: string;
  readonly #host: ConnectionHost;
  readonly #socket: StreamSocket;
  readonly #budget: MessageBudget;
  readonly #channels = new Map<string, End>();
  #principal: Principal | null = null;
  #cancel: { readonly symbols: readonly number[] | null } | null = null;
  #work: Promise<void> = Promise.resolve();
  #waiting = 0;
  #faults = 0;
  #slowSinceMs: number | null = null;
  #closed = false;

  constructor(id: string, address: string, host: ConnectionHost, socket: StreamSocket) {
    this.id = id;
    this.address = address;
    this.#host = host;
    this.#socket = socket;
    this.#budget = new MessageBudget(host.settings.maxMessagesPerSecond, host.nowMs());
    this.#say({
      type: "welcome",
      connectionId: id,
      version: host.version,
      time: isoTime(host.nowMs()),
      maxChannels: host.settings.maxChannels,
      maxMessagesPerSecond: host.settings.maxMessagesPerSecond,
      idleTimeoutSeconds: Math.round(host.settings.idleTimeoutMs / 1_000),
    });
  }

  get principal(): Principal | null {
    return this.#principal;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  // ── what goes out ─────────────────────────────────────────────────────────────────────────────

  get isBehind(): boolean {
    return this.#socket.bufferedBytes > this.#host.settings.bufferBytes;
  }

  send(text: string): void {
    if (this.#closed) return;
    this.#socket.send(text);
    this.#host.sent();
    if (this.#socket.bufferedBytes > HOPELESS_TIMES * this.#host.settings.bufferBytes) this.#giveUp();
  }

  /** To be called every now and then: gives up a connection that has been slow for long. */
  watch(): void {
    const nowMs = this.#host.nowMs();
    if (!this.isBehind) this.#slowSinceMs = null;
    else this.#slowSinceMs ??= nowMs;
    if (this.#slowSinceMs !== null && nowMs - this.#slowSinceMs > SLOW_FOR_MS) this.#giveUp();
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
    this.closed();
  }

  #giveUp(): void {
    this.#host.cutOff("too slow");
    this.close(STREAM_CLOSE_CODES.TOO_SLOW, "too slow");
  }

  #say(message: StreamMessage): void {
    this.send(JSON.stringify(message));
  }

  #refuse(code: StreamErrorCode, about: { id?: string | number | undefined; channel?: string } = {}): void {
    const { id, channel } = about;
    this.#say({
      type: "error",
      ...(id === undefined ? {} : { id }),
      ...(channel === undefined ? {} : { channel }),
      code,
      message: STREAM_ERROR_CODES[code],
    });
  }

  // ── what comes in ─────────────────────────────────────────────────────────────────────────────

  message(text: string): void {
    if (this.#closed) return;
    if (!this.#budget.take(this.#host.nowMs()) || this.#waiting >= MAX_WAITING) {
      this.#fault("TOO_MANY_MESSAGES");
      return;
    }
    const request = parse(text);
    if (request === null) {
      this.#fault("MALFORMED_MESSAGE");
      return;
    }
    this.#waiting += 1;
    this.#work = this.#work
      .then(() => (this.#closed ? undefined : this.#answer(request)))
      .catch((error: unknown) => {
        this.#host.failed(error);
        this.#refuse("NOT_AVAILABLE", { id: request.id });
      })
      .finally(() => {
        this.#waiting -= 1;
      });
  }

  unreadable(): void {
    this.#fault("MALFORMED_MESSAGE");
  }

  closed(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const end of this.#channels.values()) end();
    this.#channels.clear();
    this.#cancelOrders();
    this.#host.ended(this);
  }

  #fault(code: StreamErrorCode): void {
    this.#faults += 1;
    this.#refuse(code);
    this.#endAbuse();
  }

  #endAbuse(): void {
    if (this.#faults < MAX_FAULTS) return;
    this.#host.cutOff("abuse");
    this.close(STREAM_CLOSE_CODES.ABUSE, "too many faults");
  }

  #answer(request: StreamRequest): Promise<void> | void {
    switch (request.op) {
      case "subscribe":
        return this.#subscribe(request);
      case "unsubscribe":
        return this.#unsubscribe(request);
      case "auth":
        return this.#authenticate(request);
      case "cancelOnDisconnect":
        return this.#setCancel(request);
      case "ping":
        return this.#say({ type: "pong", ...mark(request), time: isoTime(this.#host.nowMs()) });
    }
  }

  async #subscribe(request: Extract<StreamRequest, { op: "subscribe" }>): Promise<void> {
    const begun: string[] = [];
    const starts: (() => void)[] = [];
    for (const channel of new Set(request.channels)) {
      if (this.#channels.has(channel)) {
        begun.push(channel);
        continue;
      }
      if (this.#channels.size >= this.#host.settings.maxChannels) {
        this.#refuse("TOO_MANY_CHANNELS", { id: request.id, channel });
        continue;
      }
      const begin = await this.#host.begin(channel, this, request.resume);
      if (this.#closed) return;
      if (typeof begin === "string") {
        this.#refuse(begin, { id: request.id, channel });
        continue;
      }
      begun.push(channel);
      this.#channels.set(channel, () => undefined);
      starts.push(() => this.#channels.set(channel, begin()));
    }
    if (begun.length > 0) this.#say({ type: "subscribed", ...mark(request), channels: begun });
    for (const start of starts) start();
  }

  #unsubscribe(request: Extract<StreamRequest, { op: "unsubscribe" }>): void {
    for (const channel of request.channels) this.#end(channel);
    this.#say({ type: "unsubscribed", ...mark(request), channels: request.channels });
  }

  async #setCancel(request: Extract<StreamRequest, { op: "cancelOnDisconnect" }>): Promise<void> {
    if (this.#principal === null) return this.#refuse("UNAUTHENTICATED", request);
    if (!this.#principal.scopes.has("trade")) return this.#refuse("FORBIDDEN", request);
    const names = request.symbols ?? null;
    const numbers = names === null ? null : await this.#host.symbolNumbers(names);
    if (names !== null && numbers === null) return this.#refuse("UNKNOWN_SYMBOL", request);
    this.#cancel = request.enabled ? { symbols: numbers } : null;
    this.#say({
      type: "cancelOnDisconnect",
      ...mark(request),
      enabled: request.enabled,
      symbols: request.enabled ? names : null,
    });
  }

  // ── who it is ─────────────────────────────────────────────────────────────────────────────────

  async #authenticate(request: AuthRequest): Promise<void> {
    try {
      const principal = await this.#named(request);
      if (principal === null) return this.#refuse("MALFORMED_MESSAGE", request);
      if (this.#closed) return;
      if (this.#principal !== null && this.#principal.userId !== principal.userId) {
        return this.#refuse("OTHER_USER", request);
      }
      this.#principal = principal;
      const { userId, scopes, expiresAtMs } = principal;
      this.#say({
        type: "authenticated",
        ...mark(request),
        userId,
        scopes: [...scopes],
        expiresAt: expiresAtMs === null ? null : isoTime(expiresAtMs),
      });
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      const { code, detail, title } = error.problem;
      this.#faults += 1;
      this.#say({ type: "error", ...mark(request), code, message: detail ?? title });
      this.#endAbuse();
    }
  }

  #named(request: AuthRequest): Promise<Principal | null> {
    const { token, apiKey, timestamp, nonce, signature } = request;
    const { authentication } = this.#host;
    if (token !== undefined) return authentication.token(token, this.address);
    if (apiKey === undefined || timestamp === undefined || nonce === undefined || signature === undefined) {
      return Promise.resolve(null);
    }
    return authentication.signature({ apiKey, timestamp, nonce, signature }, this.address);
  }

  /** Ends what the credential gave, once it has ended itself; to be called every second or so. */
  async checkCredential(): Promise<void> {
    const principal = this.#principal;
    if (principal === null) return;
    // A credential that cannot be looked up does not count; who looks tells the log.
    const isValid = await this.#host.authentication.isStillValid(principal).catch(() => false);
    if (isValid || this.#principal !== principal || this.#closed) return;
    // Orders that nobody may look after any more are what the switch is for.
    this.#cancelOrders();
    this.#principal = null;
    this.#refuse("AUTHENTICATION_ENDED");
    if (!this.#channels.has("orders")) return;
    this.#end("orders");
    this.#say({ type: "unsubscribed", channels: ["orders"], code: "AUTHENTICATION_ENDED" });
  }

  #cancelOrders(): void {
    if (this.#cancel === null || this.#principal === null) return;
    const { symbols } = this.#cancel;
    this.#cancel = null;
    this.#host.cancelOrders({ userId: this.#principal.userId, symbols });
  }

  #end(channel: string): void {
    this.#channels.get(channel)?.();
    this.#channels.delete(channel);
  }
}

function mark({ id }: { id?: string | number | undefined }): { id?: string | number } {
  return id === undefined ? {} : { id };
}

function parse(text: string): StreamRequest | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  return streamRequestSchema.safeParse(value).data ?? null;
}
