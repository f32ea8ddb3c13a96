import { Link } from "./link.ts";
import type { Random } from "./random.ts";
import type { Scheduler } from "./scheduler.ts";

/**
 * An operating system's process as far as the engine in it can tell: it can die at every call that it
 * makes and at every answer that it waits for, and then nothing of it ever runs again; it can stand
 * still while the world goes on, and then goes on with everything that its sockets and timers hold.
 */
export class SimProcess {
  readonly name: string;
  readonly random: Random;
  readonly scheduler: Scheduler;
  alive = true;
  paused = false;
  /** Probabilities of dying at a call or soon after it, and of standing still from then on. */
  crashRate = 0;
  pauseRate = 0;
  onDeath: () => void = () => undefined;
  /** It dies at a call of its own. */
  onCrash: () => void = () => undefined;
  /** It is to stand still. */
  onPause: () => void = () => undefined;
  /** Something was delivered to it. */
  delivered = false;
  /** Commits that it waits for. */
  commits = 0;
  #held: (() => void)[] = [];
  #catchingUp = false;
  /** What goes out of it; after its death part of what was sent may still arrive. */
  readonly #outward: Link[] = [];

  constructor(name: string, scheduler: Scheduler, random: Random) {
    this.name = name;
    this.scheduler = scheduler;
    this.random = random;
  }

  /** A call to the world outside: false where the process dies at it, or is dead. */
  survives(): boolean {
    if (!this.alive) return false;
    if (this.crashRate > 0 && this.random.chance(this.crashRate)) {
      this.onCrash();
      // At once, or while it waits for what it has called.
      if (this.random.chance(0.5)) this.kill();
      else this.scheduler.after(this.random.delayMs(1), () => this.kill());
    }
    if (this.pauseRate > 0 && this.random.chance(this.pauseRate)) this.onPause();
    return this.alive;
  }

  outward(): Link {
    const link = new Link(this.scheduler);
    this.#outward.push(link);
    return link;
  }

  inward(): Link {
    return new Link(this.scheduler);
  }

  /** Runs `work` in this process, behind what came before it on the link. */
  receive(link: Link, delayMs: number, work: () => void): void {
    link.send(delayMs, () => this.#enter(work));
  }

  /** Runs `work` in this process after so long; the returned function takes that back. */
  later(delayMs: number, work: () => void): () => void {
    let open = true;
    const link = this.inward();
    this.receive(link, delayMs, () => {
      if (open) work();
    });
    return () => {
      open = false;
    };
  }

  kill(): void {
    if (!this.alive) return;
    this.alive = false;
    this.#held = [];
    for (const link of this.#outward) {
      link.cut(this.random.chance(0.5) ? 0 : this.random.delayMs(3));
    }
    this.onDeath();
  }

  pause(): void {
    this.paused = true;
  }

  /** Goes on, one thing after the other, in the order in which they came. */
  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    this.#catchUp();
  }

  #enter(work: () => void): void {
    if (!this.alive) return;
    if (this.paused || this.#held.length > 0) {
      this.#held.push(work);
      return;
    }
    this.scheduler.touch();
    work();
  }

  #catchUp(): void {
    if (this.#catchingUp) return;
    this.#catchingUp = true;
    this.scheduler.after(this.random.delayMs(0.5), () => {
      this.#catchingUp = false;
      if (!this.alive || this.paused) return;
      const work = this.#held.shift();
      if (work === undefined) return;
      this.scheduler.touch();
      work();
      this.#catchUp();
    });
  }
}
