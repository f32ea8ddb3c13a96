import postgres from "postgres";
import type { JournalRow } from "../../db/queries/journal.ts";
import { ALL_SYMBOLS, type SymbolRow } from "../../db/queries/symbols.ts";
import { toSymbolSpec } from "../../db/symbol-rows.ts";
import type { SymbolSpec } from "../../engine/core/symbol-spec.ts";
import { CommandKind } from "../../engine/core/terms.ts";
import { eventsOf } from "../../engine/outbound-events.ts";
import type { OutboundEvent } from "../../engine/ports.ts";
import { readEntries } from "../../engine/wire/journal.ts";
import { decodeOutcome } from "../../engine/wire/outcome-codec.ts";
import { toBatch } from "../../infra/tools/audit/journal-walk.ts";
import { CommandChecks } from "./command-checks.ts";
import { hashOf } from "./event-watch.ts";
import type { Told } from "./told.ts";
import type { SeenEvents, Verdict } from "./verdict.ts";

const CLIENTS_COMMANDS: readonly number[] = [
  CommandKind.Place,
  CommandKind.Cancel,
  CommandKind.Amend,
  CommandKind.Replace,
  CommandKind.PlaceList,
  CommandKind.CancelList,
];

/** Holds what clients were told and what the consumer saw against the journal, which is the truth. */
export async function verify(url: string, told: Told, watch: SeenEvents): Promise<Verdict> {
  const verdict: Verdict = {
    journaled: 0,
    acknowledged: 0,
    lost: [],
    doubled: [],
    contradicted: [],
    uncommittedEvents: [],
    missedEvents: [],
    disorderedEvents: [],
    events: 0,
  };
  const sql = postgres(url, { max: 1, fetch_types: false, onnotice: () => undefined });
  try {
    const commands = new CommandChecks(told, verdict);
    const sequences = await readJournal(sql, watch, commands, verdict);
    commands.end();
    await checkKeys(sql, sequences, verdict);
    checkOrder(watch, verdict);
    for (const id of watch.changed) verdict.uncommittedEvents.push(`${id} came with two bodies`);
    return verdict;
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** Goes through the journal once; where each command of a client is in it, by its id. */
async function readJournal(
  sql: postgres.Sql,
  watch: SeenEvents,
  commands: CommandChecks,
  verdict: Verdict,
): Promise<Map<string, number>> {
  const symbols = await sql.unsafe<SymbolRow[]>(ALL_SYMBOLS);
  const specs = new Map(symbols.map((row) => [row.symbol_number, toSymbolSpec(row)]));
  const [group] = await sql<{ timeline: string }[]>`
    select timeline from engine_groups where symbol_group = 'main'`;
  const symbolOf = (symbol: number): SymbolSpec | undefined => specs.get(symbol);
  const origin = { group: "main", timeline: group?.timeline ?? "", symbolOf };
  const unseen = new Set(watch.seen.keys());
  const sequences = new Map<string, number>();
  const rows = sql.unsafe<JournalRow[]>(
    `select epoch, first_sequence, last_sequence, batch_time, rules_version, payload, hash
     from journal where symbol_group = 'main' order by first_sequence`,
  );
  for await (const part of rows.cursor(64)) {
    for (const row of part) {
      const batch = toBatch(row);
      for (const event of eventsOf(batch, origin)) {
        unseen.delete(event.id);
        checkEvent(event, batch.firstSequence, watch, verdict);
      }
      for (const entry of readEntries(batch)) {
        const outcome = decodeOutcome(entry.outcome);
        commands.take(outcome, symbolOf);
        if (!CLIENTS_COMMANDS.includes(outcome.kind)) continue;
        verdict.journaled += 1;
        const before = sequences.get(outcome.commandId);
        if (before !== undefined) {
          verdict.doubled.push(`command ${outcome.commandId} at ${before} and ${outcome.sequence}`);
        }
        sequences.set(outcome.commandId, outcome.sequence);
      }
    }
  }
  for (const id of unseen) verdict.uncommittedEvents.push(`${id} is of nothing that is committed`);
  return sequences;
}

function checkEvent(event: OutboundEvent, firstSequence: number, watch: SeenEvents, verdict: Verdict): void {
  verdict.events += 1;
  const seen = watch.seen.get(event.id);
  if (seen === undefined) {
    if (watch.sinceSequence <= firstSequence) verdict.missedEvents.push(event.id);
  } else if (seen !== hashOf(event.body)) {
    verdict.uncommittedEvents.push(`${event.id} is not what is committed`);
  }
}

/** A key stands for one command, and every command came with a key. */
async function checkKeys(
  sql: postgres.Sql,
  sequences: ReadonlyMap<string, number>,
  verdict: Verdict,
): Promise<void> {
  const keyless = new Map(sequences);
  const rows = sql<{ command_id: string; key: string; response_status: number | null }[]>`
    select command_id, key, response_status from idempotency_keys`;
  for await (const part of rows.cursor(2_000)) {
    for (const { command_id: id, key, response_status: status } of part) {
      keyless.delete(id);
      // A kept 202 says that the command is durable: it must have been matched by now.
      if (status === 202 && !sequences.has(id)) verdict.lost.push(`key ${key}: acknowledged (202) as ${id}`);
    }
  }
  for (const [id, sequence] of keyless) {
    verdict.doubled.push(`command ${id} at ${sequence} took effect under no key`);
  }
}

/** Of each routing key the first sights must come in the order of sequences and parts. */
function checkOrder(watch: SeenEvents, verdict: Verdict): void {
  const last = new Map<string, { sequence: number; part: number }>();
  for (const id of watch.order) {
    const [, , sequenceText, key = "", partText] = id.split(":");
    const sequence = Number(sequenceText);
    const part = Number(partText);
    const before = last.get(key);
    if (
      before !== undefined &&
      (sequence < before.sequence || (sequence === before.sequence && part < before.part))
    ) {
      verdict.disorderedEvents.push(`${id} came behind ${before.sequence}`);
    } else last.set(key, { sequence, part });
  }
}
