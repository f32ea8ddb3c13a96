import { describe, expect, it } from "vitest";
import { EventType } from "../../engine/core/event.ts";
import { applyPlainly, PlainEvent, plainBookFor } from "../bench/plain-book.ts";
import { generateStream, SCENARIOS } from "../bench/workload-generator.ts";
import { loadMessage, type MessageStream, workloadCommand, workloadCore } from "../support/workload.ts";

/** Trades of each message: price and lots. */
function tradesOfCore(stream: MessageStream): string[] {
  const core = workloadCore();
  const command = workloadCommand();
  return Array.from({ length: stream.count }, (_, index) => {
    loadMessage(stream, index, command);
    command.sequence = core.lastSequence + 1;
    core.apply(command);
    const { events } = core;
    const trades: string[] = [];
    for (let at = 0; at < events.count; at += 1) {
      if (events.type[at] === EventType.Trade) trades.push(`${events.price[at]}x${events.quantity[at]}`);
    }
    return trades.join();
  });
}

function tradesOfPlainBook(stream: MessageStream): string[] {
  const book = plainBookFor(stream);
  return Array.from({ length: stream.count }, (_, index) => {
    applyPlainly(book, stream, index);
    const trades: string[] = [];
    for (let at = 0; at < book.eventCount; at += 1) {
      if (book.eventType[at] === PlainEvent.Trade) {
        trades.push(`${book.eventPrice[at]}x${book.eventQuantity[at]}`);
      }
    }
    return trades.join();
  });
}

describe("the bench's plain book", () => {
  for (const scenario of SCENARIOS) {
    it(`makes the core's trades: ${scenario}`, () => {
      const stream = generateStream(scenario, 5_000, 7);
      expect(tradesOfPlainBook(stream)).toEqual(tradesOfCore(stream));
    });
  }
});
