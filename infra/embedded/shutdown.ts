import process from "node:process";

/** A signal to the whole group may come twice, directly and from the launcher: that is not Ctrl-C twice. */
const ONE_KEYSTROKE_MS = 500;

/**
 * The way back from what a program has started, step by step, the last one first. A signal that
 * comes while it is still starting counts at the next `checkpoint`; Ctrl-C twice ends at once.
 */
export class Shutdown {
  readonly #steps: (() => Promise<unknown>)[] = [];
  readonly #onAsked: () => void;
  readonly #onFault: (fault: unknown) => void;
  #askedAtMs: number | null = null;
  #started = false;
  #running: Promise<never> | null = null;
  #resolveAsked: () => void = () => undefined;
  /** Resolves when somebody asks for the end. */
  readonly asked: Promise<void>;

  /**
   * Listens to SIGTERM, SIGHUP and SIGINT from now on.
   * @param onFault hears of a step back that failed
   */
  constructor(onAsked: () => void, onFault: (fault: unknown) => void) {
    this.#onAsked = onAsked;
    this.#onFault = onFault;
    this.asked = new Promise((resolve) => {
      this.#resolveAsked = resolve;
    });
    process.on("SIGTERM", () => this.#ask());
    process.on("SIGHUP", () => this.#ask());
    process.on("SIGINT", () => {
      if (this.#askedAtMs !== null && Date.now() - this.#askedAtMs > ONE_KEYSTROKE_MS) process.exit(130);
      this.#ask();
    });
  }

  get isAsked(): boolean {
    return this.#askedAtMs !== null;
  }

  /** What takes back the step just made. A step that fails does not keep the others from being taken. */
  after(step: () => Promise<unknown>): void {
    this.#steps.push(step);
  }

  /** Between two steps of the start: goes back, and does not return, when the end was asked for. */
  async checkpoint(): Promise<void> {
    if (this.isAsked) await this.#run();
  }

  /** Everything is started: from now on a signal is followed at once. */
  async started(): Promise<void> {
    this.#started = true;
    await this.checkpoint();
  }

  #ask(): void {
    if (this.isAsked) return;
    this.#askedAtMs = Date.now();
    this.#onAsked();
    this.#resolveAsked();
    if (this.#started) void this.#run();
  }

  #run(): Promise<never> {
    this.#running ??= this.#takeBack();
    return this.#running;
  }

  async #takeBack(): Promise<never> {
    for (const step of this.#steps.splice(0).reverse()) await step().catch(this.#onFault);
    process.exit(0);
  }
}
