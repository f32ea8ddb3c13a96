import { Redis } from "ioredis";
import postgres from "postgres";
import type { Config } from "../../config/config.ts";
import { closeConnection, openConnection } from "../../rabbitmq/connection.ts";
import { topologyNames } from "../../rabbitmq/topology.ts";

/** One finding about a service: what was looked at, and whether it is as it should be. */
export interface Finding {
  readonly service: string;
  readonly what: string;
  readonly isWell: boolean;
}

const MAX_CLOCK_SKEW_MS = 1_000;
const CONNECT_WITHIN_S = 5;

const finding =
  (service: string) =>
  (isWell: boolean, what: string): Finding => ({ service, what, isWell });

/** PostgreSQL: version, schema, durability, clock. Rejects when it cannot be reached. */
export async function verifyPostgres(
  url: string,
  tls: Config["database"]["tls"],
  lastMigration: string,
): Promise<Finding[]> {
  const tell = finding("PostgreSQL");
  const sql = connect(url, tls);
  try {
    const startedMs = Date.now();
    const [row] = await sql<Record<string, string>[]>`
      select current_setting('server_version') as version, current_setting('server_version_num') as number,
        current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit,
        current_setting('full_page_writes') as pages, pg_encoding_to_char(encoding) as encoding,
        extract(epoch from clock_timestamp()) * 1000 as now,
        to_regclass('schema_migrations') is not null as schema
      from pg_database where datname = current_database()`;
    const skewMs = Math.abs(Number(row?.["now"]) - (startedMs + Date.now()) / 2);
    const isDurable = row?.["fsync"] === "on" && row["commit"] !== "off" && row["pages"] === "on";
    const applied = String(row?.["schema"]) === "true" ? await lastApplied(sql) : "none";
    return [
      tell(Number(row?.["number"]) >= 160_000, `version ${row?.["version"]?.split(" ")[0]} (16 or newer)`),
      tell(row?.["encoding"] === "UTF8", `encoding ${row?.["encoding"]} (UTF8)`),
      tell(
        isDurable,
        `commits ${isDurable ? "reach the disk" : "may be lost: fsync, synchronous_commit, full_page_writes"}`,
      ),
      tell(
        skewMs < MAX_CLOCK_SKEW_MS,
        `clock ${Math.round(skewMs)} ms off this machine's (below ${MAX_CLOCK_SKEW_MS})`,
      ),
      tell(applied === lastMigration, `schema at ${applied} (${lastMigration}; npm run migrate)`),
    ];
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/** PgBouncer: that it answers, and that it is one. Rejects when it cannot be reached. */
export async function verifyPgbouncer(url: string, tls: Config["database"]["tls"]): Promise<Finding[]> {
  const sql = connect(url, tls);
  try {
    await sql`select 1`;
    return [finding("PgBouncer")(true, "answers queries")];
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/** Redis: version, what it does when it is full, whether it writes to disk. Rejects when it cannot be reached. */
export async function verifyRedis({ url, certificateAuthority }: Config["redis"]): Promise<Finding[]> {
  const tell = finding("Redis");
  const redis = new Redis(url, {
    lazyConnect: true,
    retryStrategy: () => null,
    connectTimeout: CONNECT_WITHIN_S * 1_000,
    ...(certificateAuthority !== undefined && { tls: { ca: [certificateAuthority] } }),
  });
  // The call that fails says only that the connection is closed; why, the event says.
  let fault: unknown;
  redis.on("error", (error) => {
    fault = error;
  });
  try {
    await redis.connect().catch((error: unknown) => Promise.reject(fault ?? error));
    const info = new Map(
      (await redis.info()).split(/\r?\n/).map((line) => line.split(":", 2) as [string, string]),
    );
    const version = info.get("redis_version") ?? "unknown";
    const policy = info.get("maxmemory_policy") ?? "unknown";
    const appends = info.get("aof_enabled") === "1";
    return [
      tell(Number(version.split(".")[0]) >= 7, `version ${version} (7 or newer)`),
      tell(policy === "noeviction", `when full: ${policy} (noeviction: nothing is thrown away unasked)`),
      tell(
        appends,
        appends ? "writes an append-only file" : "appendonly is off: a restart begins with empty caches",
      ),
    ];
  } finally {
    redis.disconnect();
  }
}

/** AMQP's reply code for a queue that is not there. */
const NOT_FOUND = 404;

/** RabbitMQ: version, and the command queue of each group. Rejects when it cannot be reached. */
export async function verifyRabbitmq(
  { url, certificateAuthority }: Config["rabbitmq"],
  groups: readonly string[],
): Promise<Finding[]> {
  const tell = finding("RabbitMQ");
  const model = await openConnection(
    { url, ...(certificateAuthority !== undefined && { certificateAuthority }) },
    "verify",
  );
  try {
    const { version = "unknown" } = (model.connection.serverProperties ?? {}) as { version?: string };
    const findings = [tell(Number.parseFloat(version) >= 3.1, `version ${version} (3.10 or newer)`)];
    for (const group of groups) {
      const channel = await model.createChannel();
      channel.on("error", () => undefined);
      const queue = await channel.checkQueue(topologyNames().commandQueue(group)).catch((fault: unknown) => {
        if ((fault as { code?: unknown }).code === NOT_FOUND) return null;
        throw fault;
      });
      const words =
        queue === null
          ? "is not there: an engine makes it at its first start"
          : `${queue.messageCount} messages wait, ${queue.consumerCount} engines listen`;
      findings.push(tell(queue !== null && queue.consumerCount > 0, `queue of group ${group}: ${words}`));
    }
    return findings;
  } finally {
    await closeConnection(model);
  }
}

function connect(url: string, tls: Config["database"]["tls"]): postgres.Sql {
  return postgres(url, {
    max: 1,
    prepare: false,
    connect_timeout: CONNECT_WITHIN_S,
    fetch_types: false,
    onnotice: () => undefined,
    ...(tls !== undefined && { ssl: tls }),
  });
}

async function lastApplied(sql: postgres.Sql): Promise<string> {
  const [row] = await sql<{ name: string }[]>`select name from schema_migrations order by name desc limit 1`;
  return row?.name ?? "none";
}
