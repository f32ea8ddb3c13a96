/**
 * Takes a share of the mutants: `MUTATION_SHARE=2/8` the second of eight, each with every eighth mutant, so that one
 * share is a fair sample of the whole, and all eight together are the whole. What is outside the share is reported as an
 * error, which counts in no score: Stryker can be told which files to take, not which mutants, but it asks a checker
 * about every one of them.
 */
import process from "node:process";

class ShareChecker {
  #part = 1;
  #parts = 1;

  async init() {
    const [, part, parts] = /^(\d+)\/(\d+)$/.exec(process.env["MUTATION_SHARE"] ?? "1/1") ?? [];
    this.#part = Number(part);
    this.#parts = Number(parts);
    if (!(this.#part >= 1 && this.#part <= this.#parts)) {
      throw new Error('MUTATION_SHARE is the part and the number of parts, like "2/8"');
    }
  }

  /** @param {readonly { readonly id: string }[]} mutants */
  async check(mutants) {
    const results = mutants.map(({ id }) => {
      const isIn = Number(id) % this.#parts === this.#part - 1;
      return [id, isIn ? { status: "passed" } : { status: "compileError", reason: "not in this share" }];
    });
    return Object.fromEntries(results);
  }
}

export const strykerPlugins = [{ kind: "Checker", name: "share", injectableClass: ShareChecker }];
