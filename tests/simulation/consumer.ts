import { type CommandConsumer, type Delivery, UnavailableError } from "../../engine/ports.ts";
import { TICK_MESSAGE } from "../../engine/wire/message.ts";
import type { SimBroker, Subscriber } from "./broker.ts";
import type { Environment } from "./environment.ts";
import type { Link } from "./link.ts";
import type { SimProcess } from "./process.ts";

const HOP_MS = 0.5;

/** One process's consuming connection and its telling connection. */
export class SimConsumer implements CommandConsumer, Subscriber {
  readonly name: string;
  readonly #environment: Environment;
  readonly #broker: SimBroker;
  readonly #process: SimProcess;
  readonly #prefetch: number;
  readonly #out: Link;
  readonly #in: Link;
  readonly #tell: Link;
  #onDelivery: ((delivery: Delivery) => void) | null = null;
  #onLost: ((cause: Error) => void) | null = null;
  #tag = 0;
  /** Cut off: the broker hears nothing of this one, nor this one of the broker. */
  #cutOff = false;

  constructor(environment: Environment, broker: SimBroker, process: SimProcess, prefetch: number) {
    this.name = process.name;
    this.#environment = environment;
    this.#broker = broker;
    this.#process = process;
    this.#prefetch = prefetch;
    this.#out = process.outward();
    this.#in = process.inward();
    this.#tell = process.outward();
  }

  start(onDelivery: (delivery: Delivery) => void, onLost: (cause: Error) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      if (!this.#process.survives()) return;
      this.#onDelivery = onDelivery;
      this.#onLost = onLost;
      this.#out.send(this.#delay(), () => {
        // That it is consuming may be heard before the first delivery or after it.
        const answerFirst = this.#process.random.chance(0.5);
        const heard = this.#process.inward();
        // The end of a connection may overtake it: the broker then has nobody to deliver to.
        const gone = this.#cutOff || !this.#process.alive;
        if (!gone && this.#broker.subscribe(this, this.#prefetch)) {
          this.#process.receive(heard, answerFirst ? 0 : this.#delay(), resolve);
          return;
        }
        const error = new UnavailableError("rabbitmq", "cannot subscribe");
        this.#process.receive(heard, this.#delay(), () => reject(error));
      });
    });
  }

  acknowledge(tag: number): void {
    if (!this.#process.survives() || this.#onLost === null) return;
    this.#send(() => this.#broker.acknowledge(this, tag));
    if (this.#process.random.chance(this.#environment.weather.consumer)) this.lose();
  }

  reply(address: string, message: Uint8Array): void {
    if (!this.#process.survives() || this.#onLost === null) return;
    this.#tell.send(this.#delay(), () => this.#broker.reply(address, message));
  }

  tick(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (!this.#process.survives()) return;
      if (this.#broker.down) return reject(new UnavailableError("rabbitmq", "cannot send a tick"));
      this.#tell.send(this.#delay(), () => this.#broker.append(TICK_MESSAGE));
      resolve();
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      if (!this.#process.survives()) return;
      this.#onDelivery = null;
      this.#onLost = null;
      this.#send(() => this.#broker.end(this));
      if (this.#cutOff) this.#broker.missHeartbeats(this);
      this.#process.later(this.#delay(), resolve);
    });
  }

  deliver(body: Uint8Array, redelivered: boolean): void {
    if (this.#cutOff) return;
    this.#process.receive(this.#in, this.#delay(), () => {
      if (this.#onDelivery === null) return;
      this.#tag += 1;
      this.#process.delivered = true;
      if (this.#process.commits > 0) this.#environment.count("delivered while a commit was on its way");
      if (redelivered) this.#environment.count("delivered again");
      this.#onDelivery({ body, redelivered, tag: this.#tag });
    });
  }

  dropped(): void {
    if (this.#cutOff) return;
    this.#process.receive(this.#in, this.#delay(), () => this.#hearLost());
  }

  /** The connection dies; each end finds out in its own time, and goes on until then. */
  lose(): void {
    if (this.#cutOff) return;
    const { random } = this.#process;
    this.#cutOff = true;
    const halves = random.pick([
      [5, 5],
      [5, 20_000],
      [14_000, 5],
      [14_000, 20_000],
    ] as const);
    this.#environment.trace(this.name, () => `loses its consumer (${halves.join(", ")} ms)`);
    this.#environment.scheduler.after(random.delayMs(halves[0] / 4), () => this.#broker.end(this));
    this.#process.later(halves[1] * random.fraction(), () => this.#hearLost());
  }

  #hearLost(): void {
    const onLost = this.#onLost;
    this.#onLost = null;
    this.#onDelivery = null;
    onLost?.(new Error("connection lost"));
  }

  #send(arrive: () => void): void {
    if (!this.#cutOff) this.#out.send(this.#delay(), () => (this.#cutOff ? undefined : arrive()));
  }

  #delay(): number {
    return this.#process.random.delayMs(HOP_MS);
  }
}
