import type { SymbolSpec } from "../../engine/core/symbol-spec.ts";
import {
  type CommitBatch,
  type EngineRecords,
  type GroupState,
  type JournalBatch,
  RejectedError,
  UnavailableError,
} from "../../engine/ports.ts";
import type { SimDatabase } from "./database.ts";
import type { Environment } from "./environment.ts";
import type { SimProcess } from "./process.ts";

const STATEMENT_MS = 1;

/**
 * One process's connection to the database. Statements take effect in their order, each at one moment;
 * whether one did is unknown where the connection is lost, and it may still do so after its sender died.
 */
export class SimRecords implements EngineRecords {
  readonly #environment: Environment;
  readonly #database: SimDatabase;
  readonly #process: SimProcess;
  readonly #fenced: boolean;
  readonly #out;
  readonly #in;
  #broken = false;

  constructor(environment: Environment, database: SimDatabase, process: SimProcess, fenced = true) {
    this.#environment = environment;
    this.#database = database;
    this.#process = process;
    this.#fenced = fenced;
    this.#out = process.outward();
    this.#in = process.inward();
  }

  readGroup(): Promise<GroupState> {
    return this.#run("readGroup", () => this.#database.group);
  }

  takeEpoch(): Promise<GroupState> {
    return this.#run("takeEpoch", () => {
      const group = this.#database.takeEpoch();
      if (!this.#process.delivered) {
        this.#environment.violate(
          "starting fences nobody",
          `${this.#process.name} takes epoch ${group.epoch}`,
        );
      }
      this.#environment.trace(this.#process.name, () => `has epoch ${group.epoch} at ${group.lastSequence}`);
      return group;
    });
  }

  readJournal(_group: string, after: number, limit: number): Promise<JournalBatch[]> {
    return this.#run("readJournal", () => this.#database.readJournal(after, limit));
  }

  journalAt(_group: string, sequence: number): Promise<JournalBatch | null> {
    return this.#run("journalAt", () => this.#database.journalAt(sequence));
  }

  readSymbols(): Promise<SymbolSpec[]> {
    return this.#run("readSymbols", () => [...this.#database.seed]);
  }

  commit(batch: CommitBatch): Promise<void> {
    const { firstSequence, lastSequence, epoch } = batch.journal;
    this.#process.commits += 1;
    return this.#run(`commit ${firstSequence}–${lastSequence} (epoch ${epoch})`, () =>
      this.#database.commit(batch, this.#fenced),
    ).finally(() => {
      this.#process.commits -= 1;
    });
  }

  movePublished(_group: string, epoch: number, sequence: number): Promise<void> {
    return this.#run(`cursor to ${sequence}`, () => this.#database.movePublished(epoch, sequence));
  }

  countFailure(_group: string, commandId: string): Promise<number> {
    return this.#run(`failure of ${commandId}`, () => this.#database.countFailure(commandId));
  }

  readFailures(): Promise<ReadonlyMap<string, number>> {
    return this.#run("readFailures", () => new Map(this.#database.failures));
  }

  nowMs(): Promise<number> {
    return this.#run("time", () => Math.floor(this.#environment.scheduler.nowMs));
  }

  async close(): Promise<void> {
    this.#broken = true;
  }

  #run<T>(what: string, effect: () => T): Promise<T> {
    const { weather, calm } = this.#environment;
    const { random } = this.#process;
    return new Promise((resolve, reject) => {
      if (!this.#process.survives()) return;
      const lose = (): void => {
        this.#broken = true;
        this.#environment.trace(this.#process.name, () => `${what}: connection lost`);
        const error = new UnavailableError("database", "the connection was lost");
        this.#process.receive(this.#in, random.delayMs(STATEMENT_MS), () => reject(error));
      };
      let delayMs = random.delayMs(STATEMENT_MS);
      if (random.chance(weather.slow)) delayMs += random.between(100, 30_000);
      const lostBefore = random.chance(weather.database / 2);
      const lostAfter = random.chance(weather.database / 2);
      this.#out.send(calm ? STATEMENT_MS / 2 : delayMs, () => {
        if (this.#broken || this.#database.down || lostBefore) return lose();
        let settle: () => void;
        try {
          const value = effect();
          if (!what.startsWith("read")) this.#environment.trace(this.#process.name, () => what);
          settle = () => resolve(value);
          if (what.startsWith("commit")) this.#countCommit(lostAfter);
        } catch (cause) {
          this.#environment.trace(this.#process.name, () => `${what}: ${String(cause)}`);
          settle = () => reject(cause);
          if (!what.startsWith("commit")) return lose();
          if (cause instanceof RejectedError) this.#environment.count("commit refused for its values");
          else this.#environment.count("commit refused by the fence");
        }
        if (lostAfter) return lose();
        this.#process.receive(this.#in, random.delayMs(STATEMENT_MS), settle);
      });
    });
  }

  #countCommit(lost: boolean): void {
    if (lost) this.#environment.count("commit done, answer lost");
    if (!this.#process.alive) this.#environment.count("commit of a dead process done");
  }
}
