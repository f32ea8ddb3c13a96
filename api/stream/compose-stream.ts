import type { Clock, CommittedStream, MarketDataReader, MarketDataStream } from "../../engine/ports.ts";
import type { Authentication } from "../auth/authentication.ts";
import { cancelEverything } from "../commands/cancel-all.ts";
import type { ApiServices } from "../context.ts";
import { newId } from "../convert/ids.ts";
import { FaultLog } from "../fault-log.ts";
import type { ApiObserver } from "../observer.ts";
import type { ApiLogger, ListedSymbol } from "../ports.ts";
import type { SymbolDirectory } from "../symbols.ts";
import type { CancelOnDisconnect } from "./connection.ts";
import type { StreamSettings } from "./limits.ts";
import { MarketHub } from "./market/market-hub.ts";
import type { MarketSources } from "./market/market-sources.ts";
import { OwnOrders } from "./orders/own-orders.ts";
import type { OwnOrdersSources } from "./orders/own-orders-sources.ts";
import { StreamServer } from "./stream-server.ts";

/** What market data and the stream are made of. */
export interface StreamSources {
  readonly updates: MarketDataStream;
  readonly committed: CommittedStream;
  readonly ownOrders: OwnOrdersSources["reads"];
  readonly trades: MarketSources["trades"];
  readonly candles: MarketSources["candles"];
}

export interface StreamComposition {
  readonly settings: StreamSettings;
  readonly version: string;
  readonly sources: StreamSources;
  readonly reader: Pick<MarketDataReader, "depth">;
  readonly authentication: Authentication;
  readonly observer: ApiObserver;
  readonly clock: Clock;
  readonly logger: ApiLogger;
  readonly symbols: SymbolDirectory;
  /** What commands are sent by. */
  readonly commands: Pick<ApiServices, "dispatcher" | "told" | "random"> & {
    readonly settings: ApiServices["settings"];
  };
}

export function composeStream(parts: StreamComposition): { market: MarketHub; stream: StreamServer } {
  const { settings, sources, reader, clock, logger, symbols } = parts;
  const { updates, committed, trades, candles, ownOrders } = sources;
  const faults = (part: string): FaultLog => new FaultLog(logger, part);
  // A market that something of cannot be had goes on without it and tries again, of which only clients hear.
  const market = new MarketHub(
    {
      stream: {
        subscribe: faults("book updates").watching((symbol, listener) => updates.subscribe(symbol, listener)),
      },
      reader: { depth: faults("books").watching((symbol, limit) => reader.depth(symbol, limit)) },
      trades: faults("latest trades").watching(trades),
      candles: faults("candles").watching(candles),
      clock,
    },
    { depthLevels: settings.depthLevels, messagesPerSecond: settings.messagesPerSecond },
  );
  const services = { ...parts.commands, clock, symbols };
  const cancelFaults = faults("cancel on disconnect");
  const stream = new StreamServer({
    settings,
    version: parts.version,
    clock,
    logger,
    observer: parts.observer,
    symbols,
    authentication: parts.authentication,
    market,
    ownOrders: new OwnOrders({ committed, reads: ownOrders, symbols, clock, logger }),
    newId: () => newId(services, 0),
    cancelOrders: (cancel) => cancelForSure(services, cancelFaults, cancel),
  });
  return { market, stream };
}

type CancelServices = Parameters<typeof cancelEverything>[0] & Pick<ApiServices, "clock" | "random">;

const RETRY_AFTER_MS = 500;
const GIVE_UP_AFTER_MS = 60_000;

/** Sends the command until its outcome is certain, under the same id, so that it does nothing twice. */
async function cancelForSure(
  services: CancelServices,
  faults: FaultLog,
  cancel: CancelOnDisconnect,
): Promise<void> {
  const targets: (ListedSymbol | null)[] = [];
  for (const symbol of cancel.symbols ?? []) {
    const listed = await services.symbols.numbered(symbol);
    if (listed !== undefined) targets.push(listed);
  }
  if (cancel.symbols === null) targets.push(null);
  await Promise.all(targets.map((listed) => cancelOne(services, faults, cancel.userId, listed)));
}

async function cancelOne(
  services: CancelServices,
  faults: FaultLog,
  userId: string,
  listed: ListedSymbol | null,
): Promise<void> {
  const commandId = newId(services, listed?.spec.symbol ?? 0);
  const giveUpAtMs = services.clock.nowMs() + GIVE_UP_AFTER_MS;
  for (let resent = false; ; resent = true) {
    const input = { userId, commandId, listed, responseType: "RESULT", resent } as const;
    const answer = await cancelEverything(services, input).catch((error: unknown) => {
      faults.tell(error);
      return null;
    });
    if (answer?.certain === true) return;
    if (services.clock.nowMs() > giveUpAtMs) throw new Error("no certain answer");
    await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER_MS));
  }
}
