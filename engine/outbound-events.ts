import type { SymbolSpec } from "./core/symbol-spec.ts";
import { OrderStatus } from "./core/terms.ts";
import {
  isoTime,
  ORDER_STATUS_NAMES,
  orderJson,
  releaseJson,
  reservationJson,
  SYMBOL_STATUS_NAMES,
  tradeJson,
  transferJson,
} from "./event-json.ts";
import type { Outcome } from "./outcome.ts";
import type { JournalBatch, OutboundEvent } from "./ports.ts";
import { readEntries } from "./wire/journal.ts";
import { decodeOutcome } from "./wire/outcome-codec.ts";

/**
 * What the world outside hears of one row of the journal, as JSON texts:
 *
 * | routing key | one for |
 * |---|---|
 * | `orders.BTC-USDT.filled` (and the other states) | each order that a command touched: its state after it |
 * | `trades.BTC-USDT` | each trade |
 * | `symbols.BTC-USDT.halted` | a symbol's definition or change of status |
 * | `settlements.BTC-USDT` | the row: what its trades move, what the orders that ended release |
 * | `risk.BTC-USDT` | the row: what each order that it touched holds back at its end |
 *
 * The last two are gathered over the row (at most 200 entries a message), since a message each would cost the
 * broker more than the orders do. Rows never change, so an event that is published again is the same to the
 * byte, id included. Consumers drop what they have seen by id or sequence, and what is of another timeline
 * or an older epoch.
 */
export interface EventOrigin {
  readonly group: string;
  readonly timeline: string;
  /** Steps and names, which never change after definition. */
  readonly symbolOf: (symbol: number) => SymbolSpec | undefined;
}

const ENTRIES_PER_MESSAGE = 200;

/** What a row's settlements and risk messages are gathered in, by symbol. */
interface Gathered {
  readonly spec: SymbolSpec;
  readonly topic: string;
  readonly transfers: string[];
  readonly releases: string[];
  /** By order id: only the last of the row counts. */
  readonly reservations: Map<string, string>;
}

/** The events of one row, in order. */
export function eventsOf(row: JournalBatch, origin: EventOrigin): OutboundEvent[] {
  return new RowEvents(row, origin).make();
}

class RowEvents {
  readonly #row: JournalBatch;
  readonly #origin: EventOrigin;
  readonly #events: OutboundEvent[] = [];
  readonly #gathered = new Map<number, Gathered>();

  constructor(row: JournalBatch, origin: EventOrigin) {
    this.#row = row;
    this.#origin = origin;
  }

  make(): OutboundEvent[] {
    for (const entry of readEntries(this.#row)) this.#addOutcome(decodeOutcome(entry.outcome));
    for (const gathered of this.#gathered.values()) this.#addGathered(gathered);
    return this.#events;
  }

  #addOutcome(outcome: Outcome): void {
    let place = 0;
    const emit = (routingKey: string, type: string, payload: string): void => {
      const id = `${this.#origin.timeline}:${this.#origin.group}:${outcome.sequence}:${place++}`;
      const { sequence, timeMs } = outcome;
      const about = `"commandId":"${outcome.commandId}","payload":${payload}`;
      this.#emit(id, routingKey, type, { sequence, timeMs, about });
    };
    for (const order of outcome.orders) {
      const gathered = this.#of(order.symbol);
      if (gathered === undefined) continue;
      const { spec, topic } = gathered;
      const status = ORDER_STATUS_NAMES[order.status] as string;
      emit(`orders.${topic}.${status.toLowerCase()}`, `ORDER_${status}`, orderJson(order, spec));
      gathered.reservations.set(order.orderId, reservationJson(order, spec));
      if (order.status >= OrderStatus.Filled) gathered.releases.push(releaseJson(order, spec));
    }
    outcome.trades.forEach((trade, index) => {
      const gathered = this.#of(outcome.orders[trade.maker]?.symbol ?? 0);
      if (gathered === undefined) return;
      const { spec, topic } = gathered;
      emit(`trades.${topic}`, "TRADE", tradeJson(outcome, trade, index, spec));
      gathered.transfers.push(transferJson(outcome, trade, spec));
    });
    const change = outcome.symbolChange;
    const changed = change === null ? undefined : this.#of(change.symbol);
    if (change !== null && changed !== undefined) {
      const status = SYMBOL_STATUS_NAMES[change.status] as string;
      const payload = JSON.stringify({ symbol: changed.spec.name, status });
      emit(`symbols.${changed.topic}.${status.toLowerCase()}`, "SYMBOL_STATUS", payload);
    }
  }

  #addGathered({ spec, topic, transfers, releases, reservations }: Gathered): void {
    const head = `"symbol":${JSON.stringify(spec.name)},"base":${JSON.stringify(spec.base)},"quote":${JSON.stringify(spec.quote)}`;
    const settlements = [
      ...partsOf(transfers).map((part) => `{${head},"transfers":[${part}],"releases":[]}`),
      ...partsOf(releases).map((part) => `{${head},"transfers":[],"releases":[${part}]}`),
    ];
    this.#emitParts(`settlements.${topic}`, "SETTLEMENT", settlements);
    const risk = partsOf([...reservations.values()]).map((part) => `{${head},"reservations":[${part}]}`);
    this.#emitParts(`risk.${topic}`, "RESERVATIONS", risk);
  }

  #emitParts(routingKey: string, type: string, payloads: readonly string[]): void {
    const { firstSequence, lastSequence, timeMs } = this.#row;
    payloads.forEach((payload, part) => {
      const id = `${this.#origin.timeline}:${this.#origin.group}:${lastSequence}:${routingKey}:${part}`;
      const about = `"firstSequence":${firstSequence},"payload":${payload}`;
      this.#emit(id, routingKey, type, { sequence: lastSequence, timeMs, about });
    });
  }

  #emit(
    id: string,
    routingKey: string,
    type: string,
    { sequence, timeMs, about }: { sequence: number; timeMs: number; about: string },
  ): void {
    const { group, timeline } = this.#origin;
    const body =
      `{"id":${JSON.stringify(id)},"type":"${type}","group":${JSON.stringify(group)},"timeline":"${timeline}"` +
      `,"epoch":${this.#row.epoch},"sequence":${sequence},"time":"${isoTime(timeMs)}",${about}}`;
    this.#events.push({ id, routingKey, body });
  }

  #of(symbol: number): Gathered | undefined {
    const known = this.#gathered.get(symbol);
    if (known !== undefined) return known;
    const spec = this.#origin.symbolOf(symbol);
    if (spec === undefined) return undefined;
    const gathered = {
      spec,
      topic: topicOf(spec),
      transfers: [],
      releases: [],
      reservations: new Map<string, string>(),
    };
    this.#gathered.set(symbol, gathered);
    return gathered;
  }
}

function partsOf(entries: readonly string[]): string[] {
  const parts: string[] = [];
  for (let from = 0; from < entries.length; from += ENTRIES_PER_MESSAGE) {
    parts.push(entries.slice(from, from + ENTRIES_PER_MESSAGE).join(","));
  }
  return parts;
}

/** `BTC/USDT` → `BTC-USDT`; a dot would be a word of its own in a routing key. */
function topicOf(spec: SymbolSpec): string {
  return spec.name.replaceAll("/", "-").replaceAll(".", "_");
}
