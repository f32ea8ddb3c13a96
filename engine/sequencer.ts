import { CommandFailedError } from "./command-failed-error.ts";
import { Code } from "./core/codes.ts";
import { Command, type IdWords } from "./core/command.ts";
import type { MatchingCore } from "./core/matching-core.ts";
import type { SymbolSpec } from "./core/symbol-spec.ts";
import { CommandKind } from "./core/terms.ts";
import type { EngineObserver } from "./engine-ports.ts";
import { formatId, idTimeMs, makeId } from "./ids.ts";
import type { OpenBatch } from "./open-batch.ts";
import { enterIds, reusesOrderId } from "./order-ids.ts";
import type { RecentIds } from "./recent-ids.ts";
import { decodeCommand, encodeCommand, resetCommand, salvageCommandId } from "./wire/command-codec.ts";
import { type CommandMessage, decodeCommandMessage } from "./wire/message.ts";

/** How far an id's time may be ahead of the engine's (architecture, "Clocks"). */
const MAX_AHEAD_MS = 5_000;

/** A group's history up to now, as the sequencer continues it. */
export interface History {
  readonly core: MatchingCore;
  readonly recentIds: RecentIds;
  /** 0…4,095, part of trade ids. */
  readonly groupNumber: number;
  sequence: number;
  /** Time of the last command, milliseconds; never goes back. */
  timeMs: number;
}

/** Ids of commands that engines failed at before. */
export interface FailedCommands {
  /** Too often: they are refused. */
  readonly poison: ReadonlySet<string>;
  /** Perhaps only for what they came together with: they are committed alone. */
  readonly suspects: ReadonlySet<string>;
}

/**
 * Gives each command that arrives its one place in the history: decodes it, finds out whether it was
 * there before, stamps sequence and time, has the core apply it, and adds it with its outcome to the
 * open batch. Synchronous, and without any effect but these.
 *
 * Every command is looked up among the recent ids, not only those that were delivered again or sent
 * again: of two copies the first may arrive last, and the entry that it makes anyway needs the look.
 *
 * A command that was sent again and is not known is applied, unless its id is so old that it may have
 * been forgotten (`RecentIds.forgottenUntilMs`): COMMAND_TOO_OLD, since nobody can say.
 */
export class Sequencer {
  readonly history: History;
  readonly #batch: OpenBatch;
  readonly #observer: EngineObserver;
  readonly #failures: FailedCommands;
  /** Commands of the delivery at hand that are sequenced already. */
  #taken = 0;
  readonly #command = new Command();
  /** The engine's own commands, so that `#command` keeps what it was decoded to. */
  readonly #own = new Command();

  constructor(history: History, batch: OpenBatch, failures: FailedCommands, observer: EngineObserver) {
    this.history = history;
    this.#batch = batch;
    this.#failures = failures;
    this.#observer = observer;
  }

  /**
   * Sequences the commands of a delivery, which nothing may be due before (`expireDue`). Throws a
   * CommandFailedError where one makes the core fail.
   * @param nowMs the engine's clock
   * @returns false where the rest of it waits for the next batch: it is to be delivered again then
   */
  deliver(body: Uint8Array, tag: number, nowMs: number): boolean {
    const message = decodeCommandMessage(body);
    if (message === null) this.#refuseUndecodable(body, "", nowMs);
    else {
      if (message.traces !== undefined && this.#taken === 0) this.#observer.traced?.(message.traces);
      for (const bytes of message.commands.slice(this.#taken)) {
        if (this.#mustWait(bytes)) return false;
        this.#take(bytes, message, nowMs);
        this.#taken += 1;
      }
    }
    this.#taken = 0;
    this.#batch.lastTag = tag;
    return true;
  }

  /** When what the engine ends by itself is due, milliseconds; 0: nothing is, or nothing that it could end. */
  nextExpiryMs(): number {
    const dueMs = this.history.core.nextExpiryMs();
    return dueMs === 0 || this.#isGivenUp(dueMs) ? 0 : dueMs;
  }

  /**
   * Ends what is due, or so much of it as goes into one command of the engine's own. It is counted by an id
   * made of the time that is due, the same in every engine that meets it: at the third failure what is due
   * stays open, refused and alerted on, and the group goes on.
   * @returns `more`: something was done, and there may be more to do; `wait`: with the next batch; `done`: nothing
   * is due that could be ended
   */
  expireDue(nowMs: number): "more" | "wait" | "done" {
    const timeMs = this.#timeAt(nowMs);
    const dueMs = this.history.core.nextExpiryMs();
    if (dueMs === 0 || dueMs > timeMs || this.#isGivenUp(dueMs)) return "done";
    if (this.#batch.closed) return "wait";
    const { poison, suspects } = this.#failures;
    const id = formatId(expiryId(dueMs));
    if (poison.has(id)) {
      resetCommand(this.#own);
      this.#own.kind = CommandKind.ExpireDue;
      this.#refuse(expiryId(dueMs), Code.INTERNAL_REFUSED, timeMs, encodeCommand(this.#own), "");
      return "more";
    }
    if (suspects.has(id)) {
      if (this.#batch.commands > 0) return "wait";
      this.#batch.closed = true;
    }
    this.#batch.expiryIds.push(id);
    try {
      this.#applyOwn(CommandKind.ExpireDue, timeMs);
      // It would come up again with every command, for ever.
      if (this.history.core.events.count === 0) throw new Error("what was due did not end");
    } catch (cause) {
      throw new CommandFailedError(id, cause);
    }
    return "more";
  }

  /** Begins a history: the symbols that the records name, in their order. */
  defineSymbols(specs: readonly SymbolSpec[], nowMs: number): void {
    const timeMs = this.#timeAt(nowMs);
    for (const spec of specs) this.#applyOwn(CommandKind.DefineSymbol, timeMs, spec);
  }

  #take(bytes: Uint8Array, message: CommandMessage, nowMs: number): void {
    const command = this.#command;
    if (!decodeCommand(bytes, 0, bytes.length, command) || !mayArrive(command)) {
      this.#refuseUndecodable(bytes, message.replyAddress, nowMs);
      return;
    }
    if (this.#knows(command.id, message.replyAddress)) return;
    const timeMs = this.#timeAt(nowMs);
    const code = this.#refusalOf(command, message, timeMs);
    if (code === Code.NONE) this.#apply(command, timeMs, bytes, undefined, message.replyAddress);
    else this.#refuse(command.id, code, timeMs, bytes, message.replyAddress);
  }

  #refusalOf(command: Command, message: CommandMessage, timeMs: number): Code {
    if (newestIdTimeMs(command) > timeMs + MAX_AHEAD_MS) return Code.COMMAND_FROM_THE_FUTURE;
    const { forgottenUntilMs } = this.history.recentIds;
    // Sequenced at the earliest MAX_AHEAD_MS before its id's time.
    if (message.resent && forgottenUntilMs > 0 && idTimeMs(command.id) <= forgottenUntilMs + MAX_AHEAD_MS) {
      return Code.COMMAND_TOO_OLD;
    }
    const { poison } = this.#failures;
    if (poison.size > 0 && poison.has(formatId(command.id))) return Code.INTERNAL_REFUSED;
    if (reusesOrderId(this.history.recentIds, command)) return Code.DUPLICATE_ORDER_ID;
    return Code.NONE;
  }

  /** Keeps what cannot be decoded in the history, under its id where it has one. */
  #refuseUndecodable(bytes: Uint8Array, replyAddress: string, nowMs: number): void {
    const id = { a: 0, b: 0, c: 0, d: 0 };
    if (salvageCommandId(bytes, id) && this.#knows(id, replyAddress)) return;
    this.#refuse(id, Code.MALFORMED_COMMAND, this.#timeAt(nowMs), bytes, replyAddress);
    this.#observer.malformed(this.history.sequence, bytes.length);
  }

  #knows(id: IdWords, replyAddress: string): boolean {
    const sequence = this.history.recentIds.find(id);
    if (sequence === 0) return false;
    this.#batch.known.push({ replyAddress, sequence });
    return true;
  }

  #refuse(id: IdWords, code: Code, timeMs: number, refused: Uint8Array, replyAddress: string): void {
    const own = this.#own;
    resetCommand(own);
    own.kind = CommandKind.Refusal;
    Object.assign(own.id, id);
    own.code = code;
    this.#apply(own, timeMs, encodeCommand(own), refused, replyAddress);
    if (code === Code.INTERNAL_REFUSED) this.#observer.poisonRefused(formatId(id), this.history.sequence);
  }

  #applyOwn(kind: CommandKind, timeMs: number, spec: SymbolSpec | null = null): void {
    const own = this.#own;
    resetCommand(own);
    own.kind = kind;
    own.spec = spec;
    this.#apply(own, timeMs, encodeCommand(own), undefined, "");
  }

  #apply(
    command: Command,
    timeMs: number,
    bytes: Uint8Array,
    refused: Uint8Array | undefined,
    replyAddress: string,
  ): void {
    const { history } = this;
    command.sequence = history.sequence + 1;
    command.timeMs = timeMs;
    try {
      history.core.apply(command);
      this.#batch.add(history.core, command, bytes, refused, replyAddress, history.groupNumber);
    } catch (cause) {
      throw new CommandFailedError(formatId(command.id), cause);
    }
    history.sequence = command.sequence;
    history.timeMs = timeMs;
    enterIds(history.recentIds, command, command.sequence, timeMs);
  }

  /** Whether a command must not come into the open batch; one that goes in alone closes it. */
  #mustWait(bytes: Uint8Array): boolean {
    const { suspects } = this.#failures;
    if (suspects.size === 0) return false;
    if (this.#batch.closed) return true;
    const id = { a: 0, b: 0, c: 0, d: 0 };
    if (!salvageCommandId(bytes, id) || !suspects.has(formatId(id))) return false;
    if (this.history.recentIds.find(id) !== 0) return false;
    if (this.#batch.commands > 0) return true;
    this.#batch.closed = true;
    return false;
  }

  /** What is due at that time made engines fail too often, and the history says so. */
  #isGivenUp(dueMs: number): boolean {
    const { poison } = this.#failures;
    if (poison.size === 0) return false;
    const id = expiryId(dueMs);
    return poison.has(formatId(id)) && this.history.recentIds.find(id) !== 0;
  }

  #timeAt(nowMs: number): number {
    return Math.max(nowMs, this.history.timeMs);
  }
}

/** What an ExpireDue is counted by. Nobody's command bears it: these have random bits. */
function expiryId(dueMs: number): IdWords {
  return makeId(dueMs, 0, new Uint8Array(8), { a: 0, b: 0, c: 0, d: 0 });
}

/** What only engines make does not come over the queue. */
function mayArrive(command: Command): boolean {
  return (
    command.kind !== CommandKind.ExpireDue && command.kind !== CommandKind.Refusal && !isZero(command.id)
  );
}

/** Orders are filed by the time inside their ids, so none of a command's ids may be ahead. */
function newestIdTimeMs(command: Command): number {
  const own = idTimeMs(command.id);
  if (command.kind === CommandKind.Replace) return Math.max(own, idTimeMs(command.order.id));
  if (command.kind === CommandKind.PlaceList) {
    return Math.max(own, idTimeMs(command.order.id), idTimeMs(command.stopLeg.id));
  }
  return own;
}

function isZero(id: IdWords): boolean {
  return (id.a | id.b | id.c | id.d) === 0;
}
