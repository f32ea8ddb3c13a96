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
 * | routing key | entries |
 * |---|---|
 * | `orders.BTC-USDT.filled` (and the other states) | the state after its command of each order that got there |
 * | `trades.BTC-USDT` | each trade |
 * | `settlements.BTC-USDT` | what each trade moves (TRANSFER), what each order that ended releases (RELEASE) |
 * | `risk.BTC-USDT` | what each order that was touched holds back at the end of the row |
 * | `symbols.BTC-USDT.halted` | a symbol's definition or change of status |
 *
 * A message has all the row's entries for its key, at most 200, in the order of their sequences: a message an
 * order would cost the broker several times what the order itself does. Rows never change, so an event that
 * is published again is the same to the byte, id included. Consumers drop what they have seen by id or
 * sequence (every entry has its own), and what is of another timeline or an older epoch.
 */
export interface EventOrigin {
  readonly group: string;
  readonly timeline: string;
  /** Steps and names, which never change after definition. */
  readonly symbolOf: (symbol: number) => SymbolSpec | undefined;
}

const ENTRIES_PER_MESSAGE = 200;

/** The entries of a row for one routing key. */
interface Topic {
  readonly type: string;
  readonly entries: string[];
}

/** What is known of a symbol while a row is gone through. */
interface Known {
  readonly spec: SymbolSpec;
  /** `BTC-USDT` */
  readonly word: string;
  /** By order id: only the last of the row counts. */
  readonly reservations: Map<string, string>;
}

/** The events of one row, in order. */
export function eventsOf(row: JournalBatch, origin: EventOrigin): OutboundEvent[] {
  const gathered = new RowEntries(origin);
  for (const entry of readEntries(row)) gathered.add(decodeOutcome(entry.outcome));
  const events: OutboundEvent[] = [];
  for (const [routingKey, { type, entries }] of gathered.topics()) {
    for (let from = 0, part = 0; from < entries.length; from += ENTRIES_PER_MESSAGE, part++) {
      const id = `${origin.timeline}:${origin.group}:${row.lastSequence}:${routingKey}:${part}`;
      const body =
        `{"id":${JSON.stringify(id)},"type":"${type}","group":${JSON.stringify(origin.group)}` +
        `,"timeline":"${origin.timeline}","epoch":${row.epoch},"firstSequence":${row.firstSequence}` +
        `,"sequence":${row.lastSequence},"time":"${isoTime(row.timeMs)}"` +
        `,"entries":[${entries.slice(from, from + ENTRIES_PER_MESSAGE).join(",")}]}`;
      events.push({ id, routingKey, body });
    }
  }
  return events;
}

class RowEntries {
  readonly #origin: EventOrigin;
  readonly #topics = new Map<string, Topic>();
  readonly #symbols = new Map<number, Known>();

  constructor(origin: EventOrigin) {
    this.#origin = origin;
  }

  add(outcome: Outcome): void {
    for (const order of outcome.orders) {
      const symbol = this.#symbolOf(order.symbol);
      if (symbol === undefined) continue;
      const { spec, word, reservations } = symbol;
      const status = ORDER_STATUS_NAMES[order.status] as string;
      this.#of(`orders.${word}.${status.toLowerCase()}`, `ORDER_${status}`).push(
        orderJson(order, outcome.commandId, spec),
      );
      reservations.set(order.orderId, reservationJson(order, spec));
      if (order.status >= OrderStatus.Filled) {
        this.#of(`settlements.${word}`, "SETTLEMENT").push(releaseJson(order, spec));
      }
    }
    for (const trade of outcome.trades) {
      const symbol = this.#symbolOf(outcome.orders[trade.maker]?.symbol ?? 0);
      if (symbol === undefined) continue;
      const { spec, word } = symbol;
      this.#of(`trades.${word}`, "TRADE").push(tradeJson(outcome, trade, spec));
      this.#of(`settlements.${word}`, "SETTLEMENT").push(transferJson(outcome, trade, spec));
    }
    this.#addSymbolChange(outcome);
  }

  *topics(): Generator<[routingKey: string, topic: Topic], void, undefined> {
    yield* this.#topics;
    for (const { word, reservations } of this.#symbols.values()) {
      yield [`risk.${word}`, { type: "RESERVATION", entries: [...reservations.values()] }];
    }
  }

  #addSymbolChange({ sequence, symbolChange }: Outcome): void {
    if (symbolChange === null) return;
    const symbol = this.#symbolOf(symbolChange.symbol);
    if (symbol === undefined) return;
    const status = SYMBOL_STATUS_NAMES[symbolChange.status] as string;
    this.#of(`symbols.${symbol.word}.${status.toLowerCase()}`, "SYMBOL_STATUS").push(
      JSON.stringify({ sequence, symbol: symbol.spec.name, status }),
    );
  }

  #of(routingKey: string, type: string): string[] {
    let topic = this.#topics.get(routingKey);
    if (topic === undefined) {
      topic = { type, entries: [] };
      this.#topics.set(routingKey, topic);
    }
    return topic.entries;
  }

  #symbolOf(symbol: number): Known | undefined {
    const known = this.#symbols.get(symbol);
    if (known !== undefined) return known;
    const spec = this.#origin.symbolOf(symbol);
    if (spec === undefined) return undefined;
    const fresh = { spec, word: wordOf(spec), reservations: new Map<string, string>() };
    this.#symbols.set(symbol, fresh);
    return fresh;
  }
}

/** `BTC/USDT` → `BTC-USDT`; a dot would be a word of its own in a routing key. */
function wordOf(spec: SymbolSpec): string {
  return spec.name.replaceAll("/", "-").replaceAll(".", "_");
}
