import type { Random } from "./random.ts";

/**
 * Where the traders of one pair think that it should be: a random walk with calm and busy times, short trends, and a
 * weak pull back to where it began. In ticks; a trader's own order is a whole number of them.
 */
export class FairPrice {
  readonly #random: Random;
  readonly #anchor: number;
  readonly #step: number;
  #ticks: number;
  #drift = 0;
  #busyness = 1;

  /** @param startTicks where it begins @param stepTicks how far it goes in one usual step */
  constructor(random: Random, startTicks: number, stepTicks: number) {
    this.#random = random;
    this.#anchor = startTicks;
    this.#ticks = startTicks;
    this.#step = stepTicks;
  }

  get ticks(): number {
    return Math.round(this.#ticks);
  }

  /** One step on. */
  advance(): void {
    const random = this.#random;
    if (random.oneIn(40)) this.#drift = random.normal() * 0.35;
    if (random.oneIn(60)) this.#busyness = random.pick([0.5, 0.8, 1, 1, 1.6, 2.4]);
    const pull = ((this.#anchor - this.#ticks) / this.#anchor) * 40;
    this.#ticks += (random.normal() * this.#busyness + this.#drift + pull) * this.#step;
    this.#ticks = Math.max(this.#ticks, this.#anchor / 2);
  }
}
