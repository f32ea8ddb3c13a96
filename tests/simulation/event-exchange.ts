import { type EventPublisher, type OutboundEvent, UnavailableError } from "../../engine/ports.ts";
import type { Checks } from "./checks.ts";
import type { Environment } from "./environment.ts";
import type { Link } from "./link.ts";
import type { SimProcess } from "./process.ts";

const HOP_MS = 0.5;

/** One process's publishing connection: events arrive in their order; a failed call left any number of them. */
export class SimEventPublisher implements EventPublisher {
  readonly #environment: Environment;
  readonly #checks: Checks;
  readonly #process: SimProcess;
  readonly #out: Link;

  constructor(environment: Environment, checks: Checks, process: SimProcess) {
    this.#environment = environment;
    this.#checks = checks;
    this.#process = process;
    this.#out = process.outward();
  }

  publish(events: readonly OutboundEvent[]): Promise<void> {
    const { random } = this.#process;
    return new Promise((resolve, reject) => {
      if (!this.#process.survives()) return;
      const { weather, exchangeDown } = this.#environment;
      const drawn = random.chance(weather.events) ? random.pick(["cut off", "unconfirmed"]) : "";
      const fault = exchangeDown ? "down" : drawn;
      const arrivingOf = { "cut off": random.between(0, events.length), down: 0 } as Record<string, number>;
      const arriving = arrivingOf[fault] ?? events.length;
      // In two parts, so that a death or another publisher may come between.
      const half = random.between(0, arriving);
      this.#out.send(random.delayMs(HOP_MS), () => this.#checks.published(events.slice(0, half)));
      this.#out.send(random.delayMs(HOP_MS), () => {
        this.#checks.published(events.slice(half, arriving));
        this.#process.later(random.delayMs(HOP_MS), () => {
          if (fault === "") resolve();
          else reject(new UnavailableError("rabbitmq", fault));
        });
      });
    });
  }

  async close(): Promise<void> {}
}
