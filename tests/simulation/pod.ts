import { encodeCommandMessage } from "../../engine/wire/message.ts";
import { decodeReply } from "../../engine/wire/reply.ts";
import type { PublishOutcome, SimBroker } from "./broker.ts";
import type { Environment } from "./environment.ts";
import type { Random } from "./random.ts";
import type { WorkCommand, Workload } from "./workload.ts";

interface Sent {
  readonly id: string;
  readonly bytes: Uint8Array;
  /** The broker has it for sure. */
  confirmed: boolean;
  /** It may have been sent: from then on it is marked. */
  uncertain: boolean;
  answered: boolean;
  /** Its client has gone: nobody asks again. */
  abandoned: boolean;
  waiting: boolean;
}

/**
 * An API process with its clients: sends commands, waits for replies, and sends again under the same
 * ids, marked, until it has an answer.
 */
export class SimPod {
  readonly address: string;
  readonly sent = new Map<string, Sent>();
  readonly #environment: Environment;
  readonly #broker: SimBroker;
  readonly #workload: Workload;
  readonly #random: Random;

  constructor(environment: Environment, broker: SimBroker, address: string, workload: Workload) {
    this.address = address;
    this.#environment = environment;
    this.#broker = broker;
    this.#workload = workload;
    this.#random = environment.stream();
    broker.inbox(address, (message) => this.#hear(message));
  }

  /** What nobody has been told yet, of what somebody waits for. */
  get unanswered(): readonly string[] {
    return [...this.sent.values()].filter((one) => !one.answered && !one.abandoned).map(({ id }) => id);
  }

  /** Sends so many new commands in one message. */
  sendNew(count: number): void {
    const random = this.#random;
    if (random.chance(0.01)) {
      this.#publish(random.bytes(random.between(0, 30)), () => undefined);
      return;
    }
    const commands: WorkCommand[] = [];
    for (let index = 0; index < count; index++) commands.push(this.#workload.next());
    const batch: Sent[] = [];
    for (const { id, bytes } of commands) {
      if (id === "") continue;
      const one: Sent = {
        id,
        bytes,
        confirmed: false,
        uncertain: false,
        answered: false,
        abandoned: random.chance(0.05),
        waiting: false,
      };
      this.sent.set(id, one);
      batch.push(one);
    }
    this.#send(
      batch,
      false,
      commands.map(({ bytes }) => bytes),
    );
  }

  /** Asks again for something that it may have been told already. */
  askAgain(): void {
    const all = [...this.sent.values()].filter((one) => !one.waiting && !one.abandoned);
    if (all.length === 0) return;
    this.#send([this.#random.pick(all.slice(-30))], true);
  }

  #send(batch: readonly Sent[], resent: boolean, commands = batch.map(({ bytes }) => bytes)): void {
    for (const one of batch) one.waiting = true;
    if (resent) this.#environment.count("sent again");
    this.#environment.trace(
      this.address,
      () => `${resent ? "sends again" : "sends"} ${batch.map(({ id }) => id).join(" ")}`,
    );
    const message = encodeCommandMessage({ replyAddress: this.address, resent, commands });
    this.#publish(message, (outcome) => {
      for (const one of batch) {
        if (outcome === "confirmed") one.confirmed = true;
        if (outcome !== "not sent") one.uncertain = true;
      }
      const waitMs =
        outcome === "confirmed" ? this.#random.between(300, 6_000) : this.#random.between(10, 500);
      this.#environment.scheduler.after(waitMs, () => this.#followUp(batch));
    });
  }

  #followUp(batch: readonly Sent[]): void {
    for (const one of batch) one.waiting = false;
    const open = batch.filter((one) => !one.answered && !one.abandoned);
    if (open.length === 0) return;
    const marked = open.filter(({ uncertain }) => uncertain);
    const unmarked = open.filter(({ uncertain }) => !uncertain);
    if (marked.length > 0) this.#send(marked, true);
    if (unmarked.length > 0) this.#send(unmarked, false);
  }

  #publish(message: Uint8Array, learn: (outcome: PublishOutcome) => void): void {
    let learnt = false;
    this.#broker.publish(message, (outcome) => {
      if (learnt) return;
      learnt = true;
      this.#environment.trace(this.address, () => `publish ${outcome}`);
      learn(outcome);
    });
  }

  #hear(message: Uint8Array): void {
    for (const outcome of decodeReply(message)) {
      const one = this.sent.get(outcome.commandId);
      if (one !== undefined) one.answered = true;
    }
  }
}
