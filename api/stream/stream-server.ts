import type { Clock } from "../../engine/ports.ts";
import type { Authentication } from "../auth/authentication.ts";
import { FaultLog } from "../fault-log.ts";
import type { ApiObserver } from "../observer.ts";
import type { ApiLogger } from "../ports.ts";
import { STREAM_CLOSE_CODES, type StreamErrorCode } from "../schemas/stream-replies.ts";
import type { StreamPosition } from "../schemas/stream-requests.ts";
import type { SymbolDirectory } from "../symbols.ts";
import { parseChannel } from "./channel-name.ts";
import { type CancelOnDisconnect, type ConnectionHost, type End, StreamConnection } from "./connection.ts";
import { ConnectionCount, type StreamSettings } from "./limits.ts";
import type { MarketHub } from "./market/market-hub.ts";
import type { OwnOrders } from "./orders/own-orders.ts";
import type { Accept } from "./sockets/socket.ts";

export interface StreamParts {
  readonly settings: StreamSettings;
  readonly version: string;
  readonly clock: Clock;
  readonly logger: ApiLogger;
  readonly observer: ApiObserver;
  readonly symbols: SymbolDirectory;
  readonly authentication: Authentication;
  readonly market: MarketHub;
  readonly ownOrders: OwnOrders;
  /** A fresh name for a connection. */
  newId(): string;
  /** Cancels open orders; resolves when it is certain, or there is no use in trying on. */
  cancelOrders(cancel: CancelOnDisconnect): Promise<void>;
}

const WATCH_EVERY_MS = 250;
const CHECK_CREDENTIALS_EVERY_MS = 1_000;
/** How long those who are told to go may take. */
const CLOSE_WITHIN_MS = 1_000;

/** All WebSocket clients of one process. */
export class StreamServer implements ConnectionHost {
  readonly settings: StreamSettings;
  readonly version: string;
  readonly authentication: Authentication;
  readonly #parts: StreamParts;
  readonly #faults: FaultLog;
  readonly #connections = new Set<StreamConnection>();
  readonly #count = new ConnectionCount();
  readonly #cancelling = new Set<Promise<void>>();
  readonly #timers: ReturnType<typeof setInterval>[] = [];
  #closing = false;

  constructor(parts: StreamParts) {
    this.settings = parts.settings;
    this.version = parts.version;
    this.authentication = parts.authentication;
    this.#parts = parts;
    this.#faults = new FaultLog(parts.logger, "stream requests");
  }

  get size(): number {
    return this.#count.all;
  }

  /** Connections with more unread than is kept for one. */
  get slow(): number {
    return [...this.#connections].filter((connection) => connection.isBehind).length;
  }

  /** What takes a connection from that address over; null: there are as many as there may be. */
  accept(address: string): Accept | null {
    const { maxConnections, maxConnectionsPerAddress } = this.settings;
    if (this.#closing || this.#count.all >= maxConnections) return null;
    if (this.#count.of(address) >= maxConnectionsPerAddress) return null;
    return (socket) => {
      const connection = new StreamConnection(this.#parts.newId(), address, this, socket);
      this.#connections.add(connection);
      this.#count.add(address);
      this.#parts.observer.webSocketOpened();
      this.#watch();
      return connection;
    };
  }

  /** Sends everybody away; resolves when what they wanted cancelled is on its way. */
  async close(): Promise<void> {
    this.#closing = true;
    for (const connection of this.#connections) {
      connection.close(STREAM_CLOSE_CODES.GOING_AWAY, "the server stops");
    }
    for (const timer of this.#timers.splice(0)) clearInterval(timer);
    this.#parts.ownOrders.close();
    this.#parts.market.close();
    const goodbye = new Promise((resolve) => setTimeout(resolve, CLOSE_WITHIN_MS));
    await Promise.race([Promise.allSettled(this.#cancelling), goodbye]);
  }

  // ── what connections ask ──────────────────────────────────────────────────────────────────────

  nowMs(): number {
    return this.#parts.clock.nowMs();
  }

  async begin(
    channel: string,
    connection: StreamConnection,
    resume: readonly StreamPosition[] | undefined,
  ): Promise<(() => End) | StreamErrorCode> {
    const name = parseChannel(channel);
    if (name === null) return "UNKNOWN_CHANNEL";
    if (name.kind === "orders") {
      const { principal } = connection;
      if (principal === null) return "UNAUTHENTICATED";
      if (!principal.scopes.has("read")) return "FORBIDDEN";
      const { userId } = principal;
      return () => this.#parts.ownOrders.begin(userId, resume, (text) => connection.send(text));
    }
    const listed = await this.#parts.symbols.named(name.symbol);
    if (listed === undefined) return "UNKNOWN_SYMBOL";
    return () => {
      const opened = this.#parts.market.feed(listed.spec).channel(channel, name);
      opened.add(connection);
      return () => opened.remove(connection);
    };
  }

  async symbolNumbers(names: readonly string[]): Promise<readonly number[] | null> {
    const numbers: number[] = [];
    for (const name of names) {
      const listed = await this.#parts.symbols.named(name);
      if (listed === undefined) return null;
      numbers.push(listed.spec.symbol);
    }
    return numbers;
  }

  cancelOrders(cancel: CancelOnDisconnect): void {
    this.#parts.logger.info({ userId: cancel.userId }, "cancels a user's orders: their connection ended");
    const cancelling = this.#parts.cancelOrders(cancel).catch(() => {
      this.#parts.logger.error({ userId: cancel.userId }, "a user's orders could not be cancelled");
    });
    this.#cancelling.add(cancelling);
    void cancelling.finally(() => this.#cancelling.delete(cancelling));
  }

  failed(error: unknown): void {
    this.#faults.tell(error);
  }

  sent(): void {
    this.#parts.observer.webSocketSent(1);
  }

  cutOff(reason: string): void {
    this.#parts.observer.webSocketDropped(reason);
  }

  ended(connection: StreamConnection): void {
    if (!this.#connections.delete(connection)) return;
    this.#count.remove(connection.address);
    this.#parts.observer.webSocketClosed();
  }

  #watch(): void {
    if (this.#timers.length > 0) return;
    this.#timers.push(
      setInterval(() => {
        for (const connection of this.#connections) connection.watch();
      }, WATCH_EVERY_MS),
      setInterval(() => {
        for (const connection of this.#connections) void connection.checkCredential();
      }, CHECK_CREDENTIALS_EVERY_MS),
    );
  }
}
