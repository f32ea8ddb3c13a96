import { CommandFailedError } from "./command-failed-error.ts";
import { Code } from "./core/codes.ts";
import { Command, type IdWords } from "./core/command.ts";
import type { MatchingCore } from "./core/matching-core.ts";
import type { SymbolSpec } from "./core/symbol-spec.ts";
import { CommandKind } from "./core/terms.ts";
import type { EngineObserver } from "./engine-ports.ts";
import { formatId, idTimeMs } from "./ids.ts";
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
  /** Ids of commands that made engines fail too often. */
  readonly #poison: ReadonlySet<string>;
  readonly #command = new Command();
  /** The engine's own commands, so that `#command` keeps what it was decoded to. */
  readonly #own = new Command();

  constructor(history: History, batch: OpenBatch, poison: ReadonlySet<string>, observer: EngineObserver) {
    this.history = history;
    this.#batch = batch;
    this.#poison = poison;
    this.#observer = observer;
  }

  /**
   * Sequences every command of a delivery. Throws a CommandFailedError where one makes the core fail.
   * @param nowMs the engine's clock
   */
  deliver(body: Uint8Array, tag: number, nowMs: number): void {
    const message = decodeCommandMessage(body);
    if (message === null) this.#refuseUndecodable(body, "", nowMs);
    else {
      if (message.traces !== undefined) this.#observer.traced?.(message.traces);
      for (const bytes of message.commands) this.#take(bytes, message, nowMs);
    }
    this.#batch.lastTag = tag;
  }

  /** Ends what is due, as a command of the engine's own. */
  expireDue(nowMs: number): void {
    const timeMs = this.#timeAt(nowMs);
    if (!this.#isDue(timeMs)) return;
    this.#applyOwn(CommandKind.ExpireDue, timeMs);
    // It would come up again with every command, for ever.
    if (this.#isDue(timeMs)) {
      throw new CommandFailedError(formatId(this.#own.id), new Error("what was due did not end"));
    }
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
    this.expireDue(nowMs);
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
    if (this.#poison.size > 0 && this.#poison.has(formatId(command.id))) return Code.INTERNAL_REFUSED;
    if (reusesOrderId(this.history.recentIds, command)) return Code.DUPLICATE_ORDER_ID;
    return Code.NONE;
  }

  /** Keeps what cannot be decoded in the history, under its id where it has one. */
  #refuseUndecodable(bytes: Uint8Array, replyAddress: string, nowMs: number): void {
    const id = { a: 0, b: 0, c: 0, d: 0 };
    if (salvageCommandId(bytes, id) && this.#knows(id, replyAddress)) return;
    this.expireDue(nowMs);
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

  #isDue(timeMs: number): boolean {
    const dueMs = this.history.core.nextExpiryMs();
    return dueMs !== 0 && dueMs <= timeMs;
  }

  #timeAt(nowMs: number): number {
    return Math.max(nowMs, this.history.timeMs);
  }
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
