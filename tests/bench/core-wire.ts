import { Command } from "../../engine/core/command.ts";
import { MatchingCore } from "../../engine/core/matching-core.ts";
import { CommandKind, type Side } from "../../engine/core/terms.ts";
import { makeId } from "../../engine/ids.ts";
import { ByteWriter } from "../../engine/wire/byte-writer.ts";
import { decodeCommand, writeCommand } from "../../engine/wire/command-codec.ts";
import { encodeOutcome } from "../../engine/wire/outcome-encoder.ts";
import { symbolSpec } from "../support/engine/commands.ts";

/**
 * The core with everything that stands around it in an engine but the world: wire bytes with UUIDs →
 * decoded command → applied → encoded outcome. Left out: messages, dedupe, journal, commit.
 *
 * Workload: 100 users place limit orders around a price that wanders, one in two crosses, and one
 * command in three cancels an order placed a while ago (which may have been filled since).
 */
export interface CoreWireResult {
  readonly name: "core.wire";
  readonly unit: "commands/s";
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly runs: number;
  /** What the last run did, so that a run that does nothing shows. */
  readonly note: string;
}

const START_MS = Date.UTC(2026, 0, 5);
const PLACED_BEFORE = 300;
/** Outcome bytes are thrown away whenever this many are there. */
const OUTCOME_BYTES = 1 << 20;

export function benchCoreWire(options: { readonly commands: number; readonly runs: number }): CoreWireResult {
  const stream = wireStream(options.commands);
  // One run to warm up, not counted.
  let done = runOnce(stream);
  const rates: number[] = [];
  for (let run = 0; run < options.runs; run++) {
    const startedMs = performance.now();
    done = runOnce(stream);
    rates.push((options.commands / (performance.now() - startedMs)) * 1_000);
  }
  rates.sort((one, other) => one - other);
  return {
    name: "core.wire",
    unit: "commands/s",
    median: Math.round(rates[rates.length >> 1] ?? 0),
    min: Math.round(rates[0] ?? 0),
    max: Math.round(rates.at(-1) ?? 0),
    runs: options.runs,
    note: `${done.events} events, ${done.open} orders open at the end, ${done.bytes} bytes of outcomes`,
  };
}

interface WireStream {
  readonly bytes: Uint8Array;
  /** Where each command begins, and the end. */
  readonly offsets: Int32Array;
}

function runOnce({ bytes, offsets }: WireStream): { events: number; open: number; bytes: number } {
  const core = new MatchingCore();
  const command = new Command();
  const outcome = new ByteWriter(2 * OUTCOME_BYTES);
  command.kind = CommandKind.DefineSymbol;
  command.spec = symbolSpec(1, "BTC/USDT");
  command.sequence = 1;
  command.timeMs = START_MS;
  core.apply(command);
  let events = 0;
  let outcomeBytes = 0;
  for (let at = 0; at + 1 < offsets.length; at++) {
    const from = offsets[at] as number;
    if (!decodeCommand(bytes, from, (offsets[at + 1] as number) - from, command))
      throw new Error("undecodable");
    command.sequence = at + 2;
    command.timeMs = START_MS + (at >> 6);
    core.apply(command);
    encodeOutcome(core, command, 1, outcome);
    events += core.events.count;
    if (outcome.length > OUTCOME_BYTES) {
      outcomeBytes += outcome.length;
      outcome.clear();
    }
  }
  return { events, open: core.openOrderCount, bytes: outcomeBytes + outcome.length };
}

function wireStream(commands: number): WireStream {
  const writer = new ByteWriter(commands * 80);
  const offsets = new Int32Array(commands + 1);
  const random = xorshift(0x2545_f491);
  const users = Array.from({ length: 100 }, (_, index) => `user-${String(index).padStart(8, "0")}`);
  const placed: { a: number; b: number; c: number; d: number; user: string }[] = [];
  const seed = new Uint8Array(8);
  const command = new Command();
  command.symbol = 1;
  let middle = 50_000;
  for (let at = 0; at < commands; at++) {
    for (let byte = 0; byte < 8; byte++) seed[byte] = random() & 0xff;
    makeId(START_MS + (at >> 6), 1, seed, command.id);
    const old = random() % 3 === 0 ? placed[random() % PLACED_BEFORE] : undefined;
    if (old !== undefined) {
      command.kind = CommandKind.Cancel;
      command.userId = old.user;
      Object.assign(command.target, { a: old.a, b: old.b, c: old.c, d: old.d });
    } else {
      middle += (random() % 3) - 1;
      command.kind = CommandKind.Place;
      command.userId = users[random() % users.length] as string;
      command.order.side = (random() & 1) as Side;
      const distance = (random() % 20) - 9;
      command.order.price = middle + (command.order.side === 0 ? -distance : distance);
      command.order.quantity = 1 + (random() % 1_000);
      placed[at % PLACED_BEFORE] = { ...command.id, user: command.userId };
    }
    writeCommand(command, writer);
    offsets[at + 1] = writer.length;
  }
  return { bytes: writer.toBytes(), offsets };
}

/** A small seeded generator: the workload is the same in every run. */
function xorshift(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}
