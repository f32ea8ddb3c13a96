import postgres from "postgres";
import { orderBody } from "../../api/convert/order-body.ts";
import type { JournalRow } from "../../db/queries/journal.ts";
import { ALL_SYMBOLS, type SymbolRow } from "../../db/queries/symbols.ts";
import { toSymbolSpec } from "../../db/symbol-rows.ts";
import { codeName } from "../../engine/core/codes.ts";
import type { SymbolSpec } from "../../engine/core/symbol-spec.ts";
import { CommandKind } from "../../engine/core/terms.ts";
import { eventsOf } from "../../engine/outbound-events.ts";
import type { Outcome } from "../../engine/outcome.ts";
import { readEntries } from "../../engine/wire/journal.ts";
import { decodeOutcome } from "../../engine/wire/outcome-codec.ts";
import { problemCode } from "../../infra/tools/api-client/client.ts";
import { toBatch } from "../../infra/tools/audit/journal-walk.ts";
import { type EventWatch, hashOf } from "./event-watch.ts";
import type { Told, ToldCommand } from "./told.ts";

export interface Verdict {
  /** Commands in the journal that clients sent. */
  journaled: number;
  acknowledged: number;
  /** Acknowledged, and not in the records as told. */
  readonly lost: string[];
  /** In the records more than once, or though it was refused. */
  readonly doubled: string[];
  /** Told to clients, but not what the records say. */
  readonly contradicted: string[];
  /** Seen by the consumer, but of nothing that is committed. */
  readonly uncommittedEvents: string[];
  /** Committed, but never seen by the consumer. */
  readonly missedEvents: string[];
  /** First seen behind a later one of the same key. */
  readonly disorderedEvents: string[];
  events: number;
}

const CLIENTS_COMMANDS: readonly number[] = [CommandKind.Place, CommandKind.Cancel, CommandKind.Amend];

/** Holds what clients were told and what the consumer saw against the journal, which is the truth. */
export async function verify(url: string, told: Told, watch: EventWatch): Promise<Verdict> {
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
    const journal = await readJournal(sql, watch, verdict);
    await checkKeys(sql, journal, verdict);
    for (const command of told.commands) checkCommand(command, journal, verdict);
    checkOrder(watch, verdict);
    for (const id of watch.changed) verdict.uncommittedEvents.push(`${id} came with two bodies`);
    return verdict;
  } finally {
    await sql.end({ timeout: 5 });
  }
}

interface Journal {
  readonly specs: ReadonlyMap<number, SymbolSpec>;
  readonly bySequence: Map<number, Outcome>;
  readonly byCommand: Map<string, Outcome>;
  /** Sequences whose answers were told to a client already. */
  readonly toldOf: Map<number, string>;
}

async function readJournal(sql: postgres.Sql, watch: EventWatch, verdict: Verdict): Promise<Journal> {
  const symbols = await sql.unsafe<SymbolRow[]>(ALL_SYMBOLS);
  const specs = new Map(symbols.map((row) => [row.symbol_number, toSymbolSpec(row)]));
  const [group] = await sql<
    { timeline: string }[]
  >`select timeline from engine_groups where symbol_group = 'main'`;
  const origin = {
    group: "main",
    timeline: group?.timeline ?? "",
    symbolOf: (symbol: number) => specs.get(symbol),
  };
  const journal: Journal = { specs, bySequence: new Map(), byCommand: new Map(), toldOf: new Map() };
  const unseen = new Set(watch.seen.keys());
  const clientOrders = new Map<string, string>();
  const rows = sql.unsafe<JournalRow[]>(
    "select epoch, first_sequence, last_sequence, batch_time, rules_version, payload, hash from journal where symbol_group = 'main' order by first_sequence",
  );
  for await (const part of rows.cursor(64)) {
    for (const row of part) {
      const batch = toBatch(row);
      for (const event of eventsOf(batch, origin)) {
        verdict.events += 1;
        unseen.delete(event.id);
        const seen = watch.seen.get(event.id);
        if (seen === undefined) {
          if (watch.sinceSequence <= batch.firstSequence) verdict.missedEvents.push(event.id);
        } else if (seen !== hashOf(event.body)) {
          verdict.uncommittedEvents.push(`${event.id} is not what is committed`);
        }
      }
      for (const entry of readEntries(batch)) {
        const outcome = decodeOutcome(entry.outcome);
        journal.bySequence.set(outcome.sequence, outcome);
        if (!CLIENTS_COMMANDS.includes(outcome.kind)) continue;
        verdict.journaled += 1;
        const before = journal.byCommand.get(outcome.commandId);
        if (before !== undefined) {
          verdict.doubled.push(`command ${outcome.commandId} at ${before.sequence} and ${outcome.sequence}`);
        }
        journal.byCommand.set(outcome.commandId, outcome);
        const client = outcome.kind === CommandKind.Place ? (outcome.orders[0]?.clientOrderId ?? "") : "";
        if (client === "") continue;
        const other = clientOrders.get(client);
        if (other !== undefined)
          verdict.doubled.push(`key ${client} placed ${other} and ${outcome.commandId}`);
        clientOrders.set(client, outcome.commandId);
      }
    }
  }
  for (const id of unseen) verdict.uncommittedEvents.push(`${id} is of nothing that is committed`);
  return journal;
}

/** A key stands for one command, and every command came with a key. */
async function checkKeys(sql: postgres.Sql, journal: Journal, verdict: Verdict): Promise<void> {
  const ids = new Set<string>();
  const kept: { id: string; key: string; status: number | null }[] = [];
  const rows = sql<{ command_id: string; key: string; response_status: number | null }[]>`
    select command_id, key, response_status from idempotency_keys`;
  for await (const part of rows.cursor(2_000)) {
    for (const row of part) {
      ids.add(row.command_id);
      kept.push({ id: row.command_id, key: row.key, status: row.response_status });
    }
  }
  for (const [id, outcome] of journal.byCommand) {
    if (!ids.has(id)) verdict.doubled.push(`command ${id} at ${outcome.sequence} took effect under no key`);
  }
  // A kept 202 says that the command is durable: it must have been matched by now.
  for (const { id, key, status } of kept) {
    if (status === 202 && !journal.byCommand.has(id))
      verdict.lost.push(`key ${key}: acknowledged (202) as ${id}`);
  }
}

function checkCommand(command: ToldCommand, journal: Journal, verdict: Verdict): void {
  const { answer, key, word } = command;
  const body = (answer.body ?? {}) as { orderId?: string; sequence?: number | null };
  if (answer.status >= 300) {
    checkRefusal(command, journal, verdict);
    return;
  }
  verdict.acknowledged += 1;
  if (answer.status === 202) return;
  const outcome = journal.bySequence.get(body.sequence ?? -1);
  if (outcome === undefined) {
    verdict.lost.push(`${word} ${key}: told sequence ${body.sequence}, which is not in the journal`);
    return;
  }
  const other = journal.toldOf.get(outcome.sequence);
  if (other !== undefined) verdict.contradicted.push(`${word} ${key}: told the sequence of ${other}`);
  journal.toldOf.set(outcome.sequence, key);
  const order = outcome.orders.find(({ orderId }) => orderId === (command.target ?? body.orderId));
  const spec = order === undefined ? undefined : journal.specs.get(order.symbol);
  if (order === undefined || spec === undefined) {
    verdict.lost.push(`${word} ${key}: order ${body.orderId} is not in the outcome at ${body.sequence}`);
    return;
  }
  const committed = JSON.stringify(orderBody(order, spec));
  if (committed !== JSON.stringify(answer.body)) {
    verdict.contradicted.push(`${word} ${key}: told ${JSON.stringify(answer.body)}, committed ${committed}`);
  }
}

/** An order that was refused must not have been accepted, and the reason must be the recorded one. */
function checkRefusal({ answer, key, word }: ToldCommand, journal: Journal, verdict: Verdict): void {
  const { orderId } = (answer.body ?? {}) as { orderId?: string };
  if (word !== "place" || orderId === undefined) return;
  const outcome = journal.byCommand.get(orderId);
  if (outcome === undefined) return;
  const code = codeName(outcome.code as never);
  if (code !== problemCode(answer.body)) {
    verdict.contradicted.push(`place ${key}: told ${problemCode(answer.body)}, recorded ${code}`);
  }
}

/** Of each routing key the first sights must come in the order of sequences and parts. */
function checkOrder(watch: EventWatch, verdict: Verdict): void {
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
