import postgres from "postgres";
import { waitFor } from "../../infra/dev/services/wait.ts";
import type { Member } from "../../infra/dev/stack/member.ts";
import type { ChaosSystem } from "./chaos-system.ts";
import type { Random } from "./random.ts";

/** What is done to the running system. */
export const FAULTS = {
  "active engine killed": killActive,
  "stand-by killed": killStandBy,
  "both engines killed": killBoth,
  "API process killed": killApi,
  "database session of the engine ended": endSession,
  "database server killed": (system) => killService(system, "postgres"),
  "Redis killed": (system) => killService(system, "redis"),
  "broker killed": (system) => killService(system, "rabbitmq"),
  "active engine cut off from the broker": cutOff,
  "active engine frozen past its replacement": freeze,
  "active engine behind a dead wire": deadWire,
} as const satisfies Record<string, (system: ChaosSystem, random: Random) => Promise<void>>;

export type FaultName = keyof typeof FAULTS;

/** The short plan, in a random order: no freeze, which takes a quarter of a minute each. */
const SHORT: readonly FaultName[] = [
  "active engine killed",
  "active engine killed",
  "active engine killed",
  "both engines killed",
  "API process killed",
  "API process killed",
  "database session of the engine ended",
  "database server killed",
  "Redis killed",
  "broker killed",
  "active engine cut off from the broker",
  "stand-by killed",
];

/** How often each comes in a hundred of the long plan. */
const WEIGHTS: readonly (readonly [FaultName, number])[] = [
  ["active engine killed", 34],
  ["stand-by killed", 6],
  ["both engines killed", 8],
  ["API process killed", 16],
  ["database session of the engine ended", 10],
  ["database server killed", 7],
  ["Redis killed", 7],
  ["broker killed", 5],
  ["active engine cut off from the broker", 4],
  ["active engine frozen past its replacement", 2],
  ["active engine behind a dead wire", 1],
];

/** The faults of a run, decided by its seed alone. */
export function planOf(kills: number, random: Random): FaultName[] {
  if (kills <= SHORT.length) return random.shuffled(SHORT).slice(0, kills);
  const plan: FaultName[] = [];
  for (const [name, weight] of WEIGHTS) {
    const count = Math.max(1, Math.round((weight * kills) / 100));
    for (let each = 0; each < count; each++) plan.push(name);
  }
  while (plan.length < kills) plan.push("active engine killed");
  return random.shuffled(plan).slice(0, kills);
}

const ENGINE_DEADLINE_MS = 60_000;

function activeEngine(system: ChaosSystem): Promise<Member> {
  return waitFor("an active engine", ENGINE_DEADLINE_MS, () => system.activeEngine());
}

async function killActive(system: ChaosSystem): Promise<void> {
  (await activeEngine(system)).signal("SIGKILL");
}

async function killStandBy(system: ChaosSystem): Promise<void> {
  (await waitFor("a stand-by", ENGINE_DEADLINE_MS, () => system.standBy())).signal("SIGKILL");
}

async function killBoth(system: ChaosSystem): Promise<void> {
  await activeEngine(system);
  for (const engine of system.stack.engines) engine.signal("SIGKILL");
}

async function killApi(system: ChaosSystem, random: Random): Promise<void> {
  random.pick(system.stack.apis).signal("SIGKILL");
}

/** Of the sessions that engines have, the one that committed last. */
async function endSession(system: ChaosSystem): Promise<void> {
  const sql = postgres(system.stack.postgres.url, { max: 1, connect_timeout: 10, onnotice: () => undefined });
  try {
    await sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = 'trade-engine engine' and query like '%commit_batch(%'
      order by query_start desc limit 1`;
  } finally {
    await sql.end({ timeout: 1 });
  }
}

async function killService(system: ChaosSystem, which: "postgres" | "redis" | "rabbitmq"): Promise<void> {
  const service = system.stack[which];
  await service.kill();
  await service.start();
}

async function cutOff(system: ChaosSystem): Promise<void> {
  system.wire((await activeEngine(system)).name, "RabbitMQ").cut();
}

/** Stops it, waits for the other to take over, and lets it go on with what its sockets hold. */
async function freeze(system: ChaosSystem): Promise<void> {
  const frozen = await activeEngine(system);
  frozen.signal("SIGSTOP");
  try {
    await untilReplaced(system, frozen);
  } finally {
    frozen.signal("SIGCONT");
  }
}

/** As a network that swallows everything: it finds out by heartbeats and time-outs alone. */
async function deadWire(system: ChaosSystem): Promise<void> {
  const lost = await activeEngine(system);
  const wires = (["RabbitMQ", "PostgreSQL", "Redis"] as const).map((kind) => system.wire(lost.name, kind));
  for (const wire of wires) wire.stall();
  try {
    await untilReplaced(system, lost);
  } finally {
    for (const wire of wires) wire.revive();
  }
}

function untilReplaced(system: ChaosSystem, replaced: Member): Promise<true> {
  return waitFor("another engine to take over", ENGINE_DEADLINE_MS, () =>
    system.stack.engines.some((engine) => engine !== replaced && system.stateOf(engine) === "active")
      ? (true as const)
      : undefined,
  );
}
