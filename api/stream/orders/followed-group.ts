import type { CommittedStream } from "../../../engine/ports.ts";
import type { GroupFollower } from "./group-follower.ts";

/**
 * A group's follower and the fan-out of committed rows that feeds it. Without the fan-out the follower still
 * has what looks at the records find, a second later: so a subscription that fails is asked for again.
 */
export class FollowedGroup {
  readonly follower: GroupFollower;
  readonly #committed: Pick<CommittedStream, "subscribe">;
  #unsubscribe: (() => Promise<void>) | null = null;
  #isAsking = false;
  #closed = false;

  constructor(follower: GroupFollower, committed: Pick<CommittedStream, "subscribe">) {
    this.follower = follower;
    this.#committed = committed;
  }

  /** Subscribes where that is not done yet, or under way. Rejects with UnavailableError: call again. */
  async listen(): Promise<void> {
    if (this.#unsubscribe !== null || this.#isAsking || this.#closed) return;
    this.#isAsking = true;
    try {
      this.#unsubscribe = await this.#committed.subscribe(this.follower.group, (row) =>
        this.follower.take(row),
      );
    } finally {
      this.#isAsking = false;
    }
    if (this.#closed) this.#letGo();
  }

  close(): void {
    this.#closed = true;
    this.follower.close();
    this.#letGo();
  }

  /** A subscription that cannot be ended is one whose connection is lost: nothing is left of it to end. */
  #letGo(): void {
    this.#unsubscribe?.().catch(() => undefined);
    this.#unsubscribe = null;
  }
}
