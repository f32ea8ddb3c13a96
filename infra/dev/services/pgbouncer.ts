/** A private PgBouncer before a PostgreSQL, on a free port, with the settings of the one in docker-compose.yml. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../../embedded/free-ports.ts";
import { asUser, giveTo, unprivilegedUser } from "../../embedded/unprivileged-user.ts";
import { inRoot } from "../launch/paths.mjs";
import { postgresVersion } from "./postgres.ts";
import { type PrivateService, startService, temporaryFolder } from "./private-service.ts";
import { startProcess } from "./process.ts";
import { provideProgram } from "./programs.ts";

/**
 * Starts a PgBouncer that nobody else uses.
 * @param postgresUrl the server behind it, any of whose databases it gives, to this URL's user
 */
export async function startPgbouncer(postgresUrl: string): Promise<PrivateService> {
  const program = await provideProgram("pgbouncer");
  return startService(async () => {
    const user = unprivilegedUser(); // it refuses to run as root
    const folder = temporaryFolder("pgbouncer");
    const port = await freePort();
    const settings = join(folder, "pgbouncer.ini");
    const users = join(folder, "users.txt");
    const server = new URL(postgresUrl);
    const name = decodeURIComponent(server.username);
    writeFileSync(users, `"${name}" "${decodeURIComponent(server.password)}"\n`, { mode: 0o600 });
    writeFileSync(
      settings,
      withSettings(readFileSync(inRoot("infra/docker/pgbouncer/pgbouncer.ini"), "utf8"), {
        trade_engine_db: null,
        "*": `host=${server.hostname} port=${server.port || "5432"}`,
        listen_addr: "127.0.0.1",
        listen_port: String(port),
        auth_file: users,
        admin_users: name,
        stats_users: name,
      }),
    );
    for (const path of [folder, settings, users]) giveTo(user, path);

    const command = asUser(user, { program, args: [settings] }, [program, settings]);
    const own = new URL(postgresUrl);
    own.hostname = "127.0.0.1";
    own.port = String(port);
    return {
      kind: "PgBouncer",
      url: own.href,
      origin: program,
      folder,
      stopSignal: "SIGTERM",
      launch: () => startProcess({ name: "pgbouncer", ...command, cwd: folder, folder }),
      greet: () => postgresVersion(own.href),
    };
  });
}

/** The settings with some of them replaced, or left out where the value is null; new ones go to `[databases]`. */
function withSettings(text: string, values: Readonly<Record<string, string | null>>): string {
  const left = new Map(Object.entries(values));
  const lines = text.split("\n").flatMap((line) => {
    const key = /^(\S+) =/.exec(line)?.[1];
    if (key === undefined || !left.has(key)) return [line];
    const value = left.get(key);
    left.delete(key);
    return value === null ? [] : [`${key} = ${value}`];
  });
  const added = [...left].map(([key, value]) => `${key} = ${value}`);
  return lines.flatMap((line) => (line === "[databases]" ? [line, ...added] : [line])).join("\n");
}
