import type { SymbolSpec } from "../../../engine/core/symbol-spec.ts";
import type { Outcome } from "../../../engine/outcome.ts";
import { FaultLog } from "../../fault-log.ts";
import type { StreamPosition } from "../../schemas/stream-requests.ts";
import { FollowedGroup } from "./followed-group.ts";
import { type FollowerListener, GroupFollower } from "./group-follower.ts";
import { OwnOrdersSession } from "./own-orders-session.ts";
import type { OwnOrdersSources } from "./own-orders-sources.ts";

const LOOK_EVERY_MS = 1_000;
const POSITION_EVERY_MS = 30_000;

/**
 * Tells users what becomes of their orders, out of the committed history of every group. Follows it only
 * while somebody listens; looks once a second whether the records are further than what came.
 */
export class OwnOrders implements FollowerListener {
  readonly #sources: OwnOrdersSources;
  readonly #sessions = new Map<string, Set<OwnOrdersSession>>();
  readonly #faults: FaultLog;
  readonly #followed = new Map<string, FollowedGroup>();
  readonly #specs = new Map<number, SymbolSpec>();
  #starting: Promise<void> | null = null;
  #looking: ReturnType<typeof setInterval> | undefined;
  #positioning: ReturnType<typeof setInterval> | undefined;

  constructor(sources: OwnOrdersSources) {
    this.#sources = sources;
    this.#faults = new FaultLog(sources.logger, "own orders");
  }

  /**
   * Tells one connection of a user's orders, from now on or behind the given positions.
   * @param send takes each message; must not throw
   * @returns ends it
   */
  begin(
    userId: string,
    resume: readonly StreamPosition[] | undefined,
    send: (text: string) => void,
  ): () => void {
    const session = new OwnOrdersSession(
      userId,
      this.#sources,
      this.#faults,
      (symbol) => this.#specs.get(symbol),
      send,
    );
    const sessions = this.#sessions.get(userId) ?? new Set();
    this.#sessions.set(userId, sessions);
    sessions.add(session);
    // It keeps what happens from the moment that the groups are followed; what it begins with is read after.
    void this.#start().then(() => session.begin(resume, this.#followers()));
    return () => {
      session.close();
      sessions.delete(session);
      if (sessions.size === 0 && this.#sessions.get(userId) === sessions) this.#sessions.delete(userId);
      if (this.#sessions.size === 0) this.#stop();
    };
  }

  close(): void {
    this.#sessions.clear();
    this.#stop();
  }

  // ── what happens ──────────────────────────────────────────────────────────────────────────────

  async happened(group: string, timeline: string, outcome: Outcome): Promise<void> {
    const users = new Set<string>();
    for (const { userId } of outcome.orders) if (this.#sessions.has(userId)) users.add(userId);
    if (users.size === 0) return;
    for (const { symbol } of outcome.orders) if (!this.#specs.has(symbol)) await this.#learn(symbol);
    for (const userId of users) {
      for (const session of this.#sessions.get(userId) ?? []) session.happened(group, timeline, outcome);
    }
  }

  broken(group: string, reason: "GAP" | "RESTORED"): void {
    this.#sources.logger.warn({ group, reason }, "own orders begin anew");
    for (const sessions of this.#sessions.values()) {
      for (const session of sessions) session.restart(reason);
    }
  }

  failed(error: unknown): void {
    this.#faults.tell(error);
  }

  async #learn(symbol: number): Promise<void> {
    const listed = await this.#sources.symbols.numbered(symbol);
    if (listed !== undefined) this.#specs.set(symbol, listed.spec);
  }

  // ── following ─────────────────────────────────────────────────────────────────────────────────

  /** Resolves when every group is followed; tries until it can or nobody listens any more. */
  #start(): Promise<void> {
    this.#starting ??= this.#follow();
    return this.#starting;
  }

  async #follow(): Promise<void> {
    const mine = (): boolean => this.#sessions.size > 0;
    for (;;) {
      try {
        for (const listed of await this.#sources.symbols.all()) {
          this.#specs.set(listed.spec.symbol, listed.spec);
        }
        const positions = await this.#sources.reads.positions();
        for (const position of positions) await this.#add(position);
        break;
      } catch (error) {
        this.#faults.tell(error);
        if (!mine()) return;
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS / 2));
      }
    }
    this.#looking ??= setInterval(() => void this.#look(), LOOK_EVERY_MS);
    this.#positioning ??= setInterval(() => this.#tellPositions(), POSITION_EVERY_MS);
  }

  async #add({ group, timeline, sequence }: StreamPosition): Promise<void> {
    if (this.#followed.has(group)) return;
    const at = { timeline, sequence, timeMs: this.#sources.clock.nowMs() };
    const follower = new GroupFollower(group, at, (...query) => this.#sources.reads.journal(...query), this);
    const followed = new FollowedGroup(follower, this.#sources.committed);
    this.#followed.set(group, followed);
    await this.#listen(followed);
  }

  /** Without the fan-out the looks at the records do, which ask for it again. */
  #listen(followed: FollowedGroup): Promise<void> {
    return followed.listen().catch((error: unknown) => this.#faults.tell(error));
  }

  async #look(): Promise<void> {
    let positions: readonly StreamPosition[];
    try {
      positions = await this.#sources.reads.positions();
    } catch (error) {
      this.#faults.tell(error);
      return;
    }
    if (this.#sessions.size === 0) return;
    for (const position of positions) {
      const followed = this.#followed.get(position.group);
      if (followed === undefined) {
        // A group that came up since: from its beginning.
        await this.#add({ ...position, sequence: 0 });
        continue;
      }
      followed.follower.compare(position.timeline, position.sequence);
      void this.#listen(followed);
    }
  }

  #followers(): GroupFollower[] {
    return [...this.#followed.values()].map(({ follower }) => follower);
  }

  #tellPositions(): void {
    for (const sessions of this.#sessions.values()) {
      for (const session of sessions) session.tellPositions(this.#followers());
    }
  }

  #stop(): void {
    clearInterval(this.#looking);
    clearInterval(this.#positioning);
    this.#looking = undefined;
    this.#positioning = undefined;
    this.#starting = null;
    for (const followed of this.#followed.values()) followed.close();
    this.#followed.clear();
  }
}
