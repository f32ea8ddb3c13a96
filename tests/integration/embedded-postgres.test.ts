import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import postgres from "postgres";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { denoArguments } from "../../infra/dev/launch/deno-permissions.mjs";
import { inRoot } from "../../infra/dev/launch/paths.mjs";
import { denoProgram, nodeProgram } from "../../infra/dev/launch/runtimes.mjs";
import { openCluster } from "../../infra/embedded/postgres-cluster.ts";
import { stopServer } from "../../infra/embedded/postgres-server.ts";

const script = inRoot("tests", "support", "embedded-postgres-program.ts");

const runtimes = {
  Deno: (data: string) => [denoProgram(), ...denoArguments("embedded", data), script, data],
  Node: (data: string) => [nodeProgram(), script, data],
};

interface Word {
  readonly url?: string;
  readonly version?: string;
  readonly isTakenOver?: boolean;
  readonly lost?: string;
  readonly refused?: string;
}

let data: string;
let engines: ChildProcess[];

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), "trade-engine-embedded-"));
  engines = [];
});

afterEach(async () => {
  for (const engine of engines) engine.kill("SIGKILL");
  await stopServer(await openCluster(data));
  rmSync(data, { recursive: true, force: true });
});

describe.each(Object.entries(runtimes))("the embedded PostgreSQL under %s", (_name, commandFor) => {
  /** Starts an engine, and gives it with a way to hear its next word. */
  function startEngine(): { engine: ChildProcess; nextWord: () => Promise<Word> } {
    const [program = "", ...args] = commandFor(data);
    const engine = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
    engines.push(engine);
    const lines = createInterface({ input: engine.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
    return { engine, nextWord: async () => JSON.parse((await lines.next()).value ?? "{}") as Word };
  }

  async function kill(engine: ChildProcess, signal: NodeJS.Signals): Promise<void> {
    const ended = once(engine, "exit");
    engine.kill(signal);
    await ended;
  }

  it("keeps what was committed over kill -9 of the engine, and takes the server over", async () => {
    const first = startEngine();
    const { url = "", version, isTakenOver } = await first.nextWord();
    expect(version).toMatch(/^16\./);
    expect(isTakenOver).toBe(false);
    const sql = postgres(url, { max: 1 });
    await sql`create table kept as select 42 as number`;
    await sql.end();

    await kill(first.engine, "SIGKILL");
    const second = startEngine();
    const again = await second.nextWord();
    expect(again).toMatchObject({ url, isTakenOver: true });
    const sqlAgain = postgres(again.url ?? "", { max: 1 });
    expect(await sqlAgain`select number from kept`).toEqual([{ number: 42 }]);
    await sqlAgain.end();
  });

  it("stops cleanly and starts again with the same data", async () => {
    const first = startEngine();
    const { url = "" } = await first.nextWord();
    const sql = postgres(url, { max: 1 });
    await sql`create table kept as select 42 as number`;
    await sql.end();
    await kill(first.engine, "SIGTERM");

    const again = await startEngine().nextWord();
    expect(again.isTakenOver).toBe(false);
    const sqlAgain = postgres(again.url ?? "", { max: 1 });
    expect(await sqlAgain`select number from kept`).toEqual([{ number: 42 }]);
    await sqlAgain.end();
  });

  it("commits to the disk, and lets only its own password in", async () => {
    const { url = "" } = await startEngine().nextWord();
    const sql = postgres(url, { max: 1 });
    expect(
      await sql`select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit`,
    ).toEqual([{ fsync: "on", commit: "on" }]);
    await sql.end();
    expect(statSync(join(data, "postgres-password")).mode & 0o777).toBe(0o600);

    const stranger = new URL(url);
    stranger.password = "guessed";
    const refused = postgres(stranger.href, { max: 1 });
    await expect(refused`select 1`).rejects.toMatchObject({ code: "28P01" });
    await refused.end();
  });

  it("refuses a second engine on the same data while the first one lives", async () => {
    await startEngine().nextWord();
    const second = startEngine();
    expect((await second.nextWord()).refused).toMatch(
      /Another trade engine that is running uses the data in/,
    );
  });

  it("gives two engines that start at the same moment on new data one server and one owner", async () => {
    const [one, other] = [startEngine(), startEngine()];
    const words = await Promise.all([one.nextWord(), other.nextWord()]);
    expect(words.filter(({ url }) => url !== undefined)).toHaveLength(1);
    expect(words.filter(({ refused }) => refused?.includes("Another trade engine"))).toHaveLength(1);
  });

  it("tells its engine when the server dies", async () => {
    const { nextWord } = startEngine();
    await nextWord();
    await stopServer(await openCluster(data));
    expect((await nextWord()).lost).toBe("the embedded PostgreSQL has gone away");
  });
});
