/** Calls back at most once in so many milliseconds: at once, and once more if it was asked meanwhile. */
export class Throttle {
  readonly #everyMs: number;
  readonly #act: () => void;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #asked = false;

  constructor(everyMs: number, act: () => void) {
    this.#everyMs = everyMs;
    this.#act = act;
  }

  ask(): void {
    if (this.#timer !== null) {
      this.#asked = true;
      return;
    }
    this.#timer = setTimeout(() => {
      this.#timer = null;
      if (!this.#asked) return;
      this.#asked = false;
      this.ask();
    }, this.#everyMs);
    this.#act();
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
