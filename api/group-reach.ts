import { type CommandPublisher, NotSentError } from "../engine/ports.ts";
import { TICK_MESSAGE } from "../engine/wire/message.ts";

/**
 * Whether the queue of every group is there, for readiness: before a group's first engine has declared
 * it, every order would be refused as NOT_PLACED. Found out by a message without commands, which
 * engines pass over; a queue that was found once is durable and not asked again.
 */
export class GroupReach {
  readonly #publisher: Pick<CommandPublisher, "publish">;
  readonly #listGroups: () => Promise<readonly string[]>;
  readonly #reached = new Set<string>();

  constructor(publisher: Pick<CommandPublisher, "publish">, listGroups: () => Promise<readonly string[]>) {
    this.#publisher = publisher;
    this.#listGroups = listGroups;
  }

  /** False while a queue is missing; rejects while that cannot be found out. */
  async reachesAll(): Promise<boolean> {
    for (const group of new Set(await this.#listGroups())) {
      if (!this.#reached.has(group) && !(await this.#reaches(group))) return false;
    }
    return true;
  }

  async #reaches(group: string): Promise<boolean> {
    try {
      await this.#publisher.publish(group, TICK_MESSAGE);
    } catch (error) {
      if (error instanceof NotSentError) return false;
      throw error;
    }
    this.#reached.add(group);
    return true;
  }
}
