import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { EventPublisher, OutboundEvent } from "../../engine/ports.ts";
import { waitFor } from "../../infra/dev/services/wait.ts";

/** What every event publisher must do (`EventPublisher` of `engine/ports.ts`). */
export interface EventPublisherHarness {
  readonly publisher: EventPublisher;
  /** Calls the listener with each event from now on whose routing key matches (topic exchange's rules). */
  subscribe(binding: string, listener: (event: OutboundEvent) => void): Promise<void>;
  close(): Promise<void>;
}

const DEADLINE_MS = 20_000;

/** Runs the suite against one adapter. `makeHarness` is called before each test. */
export function describeEventPublisher(
  name: string,
  makeHarness: () => Promise<EventPublisherHarness>,
): void {
  describe(`event publisher: ${name}`, () => {
    let harness: EventPublisherHarness;

    beforeEach(async () => {
      harness = await makeHarness();
    });
    afterEach(() => harness.close());

    async function collect(binding: string): Promise<OutboundEvent[]> {
      const events: OutboundEvent[] = [];
      await harness.subscribe(binding, (event) => events.push(event));
      return events;
    }
    const arrived = (events: OutboundEvent[], count: number) =>
      waitFor(`${count} events`, DEADLINE_MS, () => (events.length >= count ? true : undefined));

    it("resolves for events that nobody wants, and for none at all", async () => {
      await harness.publisher.publish([event(1, "nobody.wants.this")]);
      await harness.publisher.publish([]);
    });

    it("delivers id, routing key and body unchanged", async () => {
      const events = await collect("orders.#");
      const sent = event(1, "orders.BTC-USDT.filled", '{"text":"ünï – ✓","n":1}');
      await harness.publisher.publish([sent]);
      await arrived(events, 1);
      expect(events).toEqual([sent]);
    });

    it("keeps the order within a call and between calls that were not waited for", async () => {
      const events = await collect("#");
      const all = Array.from({ length: 3_000 }, (_, i) => event(i, `trades.SYM-${i % 7}`));
      await Promise.all([
        harness.publisher.publish(all.slice(0, 2_500)),
        harness.publisher.publish(all.slice(2_500, 2_510)),
        harness.publisher.publish(all.slice(2_510)),
      ]);
      await arrived(events, all.length);
      expect(events).toEqual(all);
    });

    it("routes by words: * is one, # is any number", async () => {
      const [filled, btc, trades] = [
        await collect("orders.*.filled"),
        await collect("*.BTC-USDT.#"),
        await collect("trades.#"),
      ];
      const keys = ["orders.BTC-USDT.filled", "orders.ETH-USDT.filled", "orders.BTC-USDT.open"];
      const sent = [...keys, "trades.BTC-USDT", "trades"].map((key, i) => event(i, key));
      await harness.publisher.publish(sent);
      await Promise.all([arrived(filled, 2), arrived(btc, 3), arrived(trades, 2)]);
      const routes = (events: OutboundEvent[]) => events.map(({ routingKey }) => routingKey);
      expect(routes(filled)).toEqual([keys[0], keys[1]]);
      expect(routes(btc)).toEqual([keys[0], keys[2], "trades.BTC-USDT"]);
      expect(routes(trades)).toEqual(["trades.BTC-USDT", "trades"]);
    });
  });
}

function event(number: number, routingKey: string, body = `{"number":${number}}`): OutboundEvent {
  return { id: `event-${number}`, routingKey, body };
}
