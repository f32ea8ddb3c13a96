import type { EventPublisher, OutboundEvent } from "../../engine/ports.ts";

/** The event bus of a one-process system. Events stay in the journal: what nobody listens to is not kept. */
export class EmbeddedEventPublisher implements EventPublisher {
  readonly #subscriptions = new Set<Subscription>();

  /**
   * Calls `listener` with each event whose routing key matches, in order.
   * @param binding as on a topic exchange: words between dots, `*` for one word, `#` for any number
   * @returns ends the subscription
   */
  subscribe(binding: string, listener: (event: OutboundEvent) => void): () => void {
    const subscription = { words: binding.split("."), listener };
    this.#subscriptions.add(subscription);
    return () => this.#subscriptions.delete(subscription);
  }

  async publish(events: readonly OutboundEvent[]): Promise<void> {
    for (const event of events) {
      const words = event.routingKey.split(".");
      for (const subscription of this.#subscriptions) {
        if (matches(subscription.words, words)) subscription.listener(event);
      }
    }
  }

  async close(): Promise<void> {
    this.#subscriptions.clear();
  }
}

interface Subscription {
  readonly words: readonly string[];
  readonly listener: (event: OutboundEvent) => void;
}

function matches(binding: readonly string[], words: readonly string[]): boolean {
  const [first, ...rest] = binding;
  if (first === undefined) return words.length === 0;
  if (first === "#") {
    return matches(rest, words) || (words.length > 0 && matches(binding, words.slice(1)));
  }
  return words.length > 0 && (first === "*" || first === words[0]) && matches(rest, words.slice(1));
}
