import postgres from "postgres";
import { waitFor } from "../../infra/dev/services/wait.ts";
import { problemCode } from "../../infra/tools/api-client/client.ts";
import { auditRecords } from "../../infra/tools/audit/audit.ts";
import { reportLines } from "../../infra/tools/audit/report-lines.ts";
import { ChaosSystem } from "./chaos-system.ts";
import { EventWatch } from "./event-watch.ts";
import { FAULTS, type FaultName, planOf } from "./faults.ts";
import { Random } from "./random.ts";
import { Told } from "./told.ts";
import { Traders } from "./traders.ts";
import { verify } from "./verify.ts";

export interface ChaosOptions {
  readonly kills: number;
  /** No further fault after this long; the plan is then cut short. */
  readonly minutes: number;
  readonly seed: number;
  /** Commands a second that clients try to send. */
  readonly rate: number;
  /** Where everything that the programs print is written to. */
  readonly logFile?: string;
  readonly onProgress: (words: string) => void;
}

export interface Spread {
  readonly p50: number;
  readonly worst: number;
  readonly count: number;
}

export interface ChaosReport {
  readonly kills: number;
  readonly commands: number;
  readonly acknowledged: number;
  readonly lost: number;
  readonly doubled: number;
  readonly contradicted: number;
  readonly unanswered: number;
  readonly uncommittedEvents: number;
  readonly missedEvents: number;
  readonly disorderedEvents: number;
  readonly events: number;
  readonly auditFindings: number;
  /** Milliseconds without an answer at each kill of the active engine that had a warm stand-by. */
  readonly takeoverMs: Spread;
  /** The same by kind of fault. */
  readonly silenceMs: Readonly<Partial<Record<FaultName, Spread>>>;
  readonly ratePerSecond: number;
  readonly retries: number;
  /** How many commands were refused, by code. */
  readonly refused: Readonly<Record<string, number>>;
  readonly seed: number;
  /** The first of everything that is wrong, in plain words. */
  readonly wrong: readonly string[];
}

interface Injected {
  readonly name: FaultName;
  /** The longest time without an answer that began with it, milliseconds. */
  readonly silenceMs: number;
  readonly wasWarm: boolean;
}

const RECOVERY_DEADLINE_MS = 90_000;
const WHOLE_DEADLINE_MS = 8_000;
const EXAMPLES = 20;
/** In this while the silence after a fault begins: replies made before it are still on their way. */
const SETTLE_MS = 500;

/** Runs the whole system under load and faults, then holds everything that was told against the records. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { onProgress, seed } = options;
  const random = new Random(seed);
  const plan = planOf(options.kills, random);
  const system = await ChaosSystem.start(onProgress, options.logFile);
  try {
    const watch = await EventWatch.open(system.stack.rabbitmq.url);
    try {
      return await trade(options, system, watch, random, plan);
    } finally {
      await watch.close();
    }
  } catch (error) {
    throw new Error(`${String(error)}\nlast lines of the programs:\n${system.lastLines(60)}`, {
      cause: error,
    });
  } finally {
    onProgress("stopping the stack");
    await system.stop();
  }
}

async function trade(
  options: ChaosOptions,
  system: ChaosSystem,
  watch: EventWatch,
  random: Random,
  plan: readonly FaultName[],
): Promise<ChaosReport> {
  const { seed, onProgress } = options;
  const { url } = system.stack.postgres;
  const told = new Told();
  watch.sinceSequence = (await groupState(url)).lastSequence + 1;
  const startedMs = performance.now();
  const traders = new Traders(
    {
      urls: system.stack.apis.map((api) => api.url),
      random: random.fork(),
      rate: options.rate,
      run: `s${seed}`,
    },
    told,
  );
  await answersAgain(told, 20);
  const injected = await inject(options, system, told, random, plan, startedMs);
  // An audit beside the trading reads one moment of it, and must find that as sound as the end.
  const liveAudit = await auditRecords({ url, symbol: null });
  onProgress("no more faults: every command gets its answer");
  const tradedMs = performance.now() - startedMs;
  await traders.stop();
  const end = await waitFor("every event to be published and seen", RECOVERY_DEADLINE_MS, async () => {
    const { lastSequence, publishedSequence } = await groupState(url);
    if (publishedSequence < lastSequence) return undefined;
    return lastSequence;
  });
  await watch.reachEnd(RECOVERY_DEADLINE_MS);
  onProgress(`checking ${told.commands.length} commands up to sequence ${end}`);
  const verdict = await verify(url, told, watch);
  const auditedMs = performance.now();
  const audit = await auditRecords({ url, symbol: null });
  onProgress(`audited in ${Math.round(performance.now() - auditedMs)} ms`);
  const wrong = [
    ...verdict.lost.map((words) => `lost: ${words}`),
    ...verdict.doubled.map((words) => `doubled: ${words}`),
    ...verdict.contradicted.map((words) => `contradicted: ${words}`),
    ...verdict.uncommittedEvents.map((words) => `uncommitted event: ${words}`),
    ...verdict.missedEvents.map((words) => `missed event: ${words}`),
    ...verdict.disorderedEvents.map((words) => `event out of order: ${words}`),
    ...told.unanswered.map((words) => `never answered: ${words}`),
    ...[liveAudit, audit].flatMap((report) => (report.total === 0 ? [] : reportLines(report, 0))),
  ];
  return {
    kills: injected.length,
    commands: told.sent,
    acknowledged: verdict.acknowledged,
    lost: verdict.lost.length,
    doubled: verdict.doubled.length,
    contradicted: verdict.contradicted.length,
    unanswered: told.unanswered.length,
    uncommittedEvents: verdict.uncommittedEvents.length,
    missedEvents: verdict.missedEvents.length,
    disorderedEvents: verdict.disorderedEvents.length,
    events: verdict.events,
    auditFindings: liveAudit.total + audit.total,
    takeoverMs: spreadOf(injected, ({ name, wasWarm }) => name === "active engine killed" && wasWarm),
    silenceMs: Object.fromEntries(
      [...new Set(injected.map(({ name }) => name))].map((kind) => [
        kind,
        spreadOf(injected, ({ name }) => name === kind),
      ]),
    ),
    ratePerSecond: Math.round((told.commands.length * 1_000) / tradedMs),
    retries: told.retries,
    refused: refusalsOf(told),
    seed,
    wrong: wrong.slice(0, EXAMPLES),
  };
}

/** One fault after the other, each when the one before is over. */
async function inject(
  options: ChaosOptions,
  system: ChaosSystem,
  told: Told,
  random: Random,
  plan: readonly FaultName[],
  startedMs: number,
): Promise<Injected[]> {
  const injected: Injected[] = [];
  for (const name of plan) {
    if (performance.now() - startedMs > options.minutes * 60_000) break;
    // Mostly the stand-by is back; one fault in five does not wait for it.
    if (random.next() < 0.8) await system.untilWhole(WHOLE_DEADLINE_MS).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, random.between(200, 900)));
    // What follows must not be put down to this fault: somebody matches when it comes.
    await waitFor("an active engine", RECOVERY_DEADLINE_MS, () => system.activeEngine());
    const wasWarm = system.hasWarmStandBy();
    const answered = told.commands.length;
    const atMs = performance.now();
    await FAULTS[name](system, random);
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    await answersAgain(told, 20);
    const silenceMs = told.silenceFrom(atMs, performance.now()) ?? 0;
    injected.push({ name, silenceMs, wasWarm });
    options.onProgress(
      `${injected.length}/${plan.length} ${name}${wasWarm ? "" : " (no warm stand-by)"}: ${Math.round(silenceMs)} ms without an answer, ` +
        `${told.commands.length} answered, ${told.commands.length - answered} since`,
    );
  }
  return injected;
}

/** Waits for this many more answers of an engine. */
async function answersAgain(told: Told, count: number): Promise<void> {
  const before = told.answeredAtMs.length;
  await waitFor("commands to be answered", RECOVERY_DEADLINE_MS, () =>
    told.answeredAtMs.length >= before + count ? true : undefined,
  );
}

async function groupState(url: string): Promise<{ lastSequence: number; publishedSequence: number }> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    const [row] = await sql<{ last_sequence: string; published_sequence: string }[]>`
      select last_sequence, published_sequence from engine_groups where symbol_group = 'main'`;
    return {
      lastSequence: Number(row?.last_sequence ?? 0),
      publishedSequence: Number(row?.published_sequence ?? 0),
    };
  } finally {
    await sql.end({ timeout: 5 });
  }
}

function refusalsOf(told: Told): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { answer } of told.commands) {
    const code = answer.status >= 300 ? (problemCode(answer.body) ?? String(answer.status)) : null;
    if (code !== null) counts[code] = (counts[code] ?? 0) + 1;
  }
  return counts;
}

function spreadOf(injected: readonly Injected[], counts: (fault: Injected) => boolean): Spread {
  const silences = injected
    .filter(counts)
    .map(({ silenceMs }) => silenceMs)
    .sort((one, other) => one - other);
  return {
    p50: Math.round(silences[Math.floor((silences.length - 1) / 2)] ?? 0),
    worst: Math.round(silences.at(-1) ?? 0),
    count: silences.length,
  };
}
