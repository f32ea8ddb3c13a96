/**
 * `npm run health [-- URL …]`: asks API processes and engines whether they live and are ready. Without addresses
 * those of the configuration are asked: the API, and the engine's probe where one listens.
 * Exit codes: 0 all are ready, 1 something is not, 2 it could not be asked for.
 */
import process from "node:process";
import { endUnusable, readCommandLine } from "../../command-line.ts";
import { loadConfigOrExit } from "../../config/load.ts";

interface Answer {
  readonly url: string;
  readonly isReady: boolean;
  readonly isThere: boolean;
  readonly words: string;
}

const TIMEOUT_MS = 5_000;

const USAGE = `npm run health -- [URL…]

Asks API processes and engines whether they live and are ready: those at the addresses, or without any those of
the configuration. Exit codes: 0 all are ready, 1 something is not.
`;

const { positionals: given } = readCommandLine(USAGE, { allowPositionals: true });
const wrong = given.find((url) => !URL.canParse(url));
if (wrong !== undefined) endUnusable(USAGE, `${wrong} is not an address`);
const answers = given.length > 0 ? await Promise.all(given.map(look)) : await configured();
for (const { url, words } of answers) process.stdout.write(`${url}  ${words}\n`);
process.exitCode = answers.length > 0 && answers.every(({ isReady }) => isReady) ? 0 : 1;

async function configured(): Promise<Answer[]> {
  const { server, engine } = loadConfigOrExit({ services: [] });
  const host = server.host === "0.0.0.0" ? "127.0.0.1" : server.host;
  const [api, probe] = await Promise.all([
    look(`http://${host}:${server.httpPort}`),
    look(`http://127.0.0.1:${engine.healthPort}`),
  ]);
  // The one-process run has no probe of its own: its engine is part of the API's readiness.
  return probe.isThere ? [api, probe] : [api];
}

async function look(address: string): Promise<Answer> {
  const url = address.replace(/\/$/, "");
  try {
    const [health, ready] = await Promise.all([ask(`${url}/health`), ask(`${url}/ready`)]);
    const isReady = health.ok && ready.ok;
    return { url, isThere: true, isReady, words: `${inWords(health.body)}; ${inWords(ready.body)}` };
  } catch {
    return { url, isThere: false, isReady: false, words: "does not answer" };
  }
}

async function ask(url: string): Promise<{ ok: boolean; body: Record<string, unknown> }> {
  const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  const body = (await response.json()) as Record<string, unknown>;
  return { ok: response.ok, body };
}

/** `{ status: "ready", services: { database: "ok" } }` → `ready, database ok` */
function inWords(body: Record<string, unknown>): string {
  return Object.entries(body)
    .flatMap(([key, value]) => {
      if (key === "status") return [String(value)];
      if (typeof value !== "object" || value === null) return [`${key} ${String(value)}`];
      return Object.entries(value).map(([name, state]) => `${name} ${String(state)}`);
    })
    .join(", ");
}
