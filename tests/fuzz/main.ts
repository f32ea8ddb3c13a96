/**
 * Program: `npm run test:fuzz`. Sends requests made out of
 * the OpenAPI document to an engine of its own (or the one at --url) and ends with 1 where an answer is the
 * server's fault or not as documented. The same seed sends the same requests, but for the ids in them.
 */
import process from "node:process";
import { endUnusable, readCommandLine } from "../../infra/command-line.ts";
import { dataFolder, startEmbedded } from "../support/embedded-engine.ts";
import { fuzz } from "./fuzz-run.ts";

const USAGE = `npm run test:fuzz -- [options]

  --requests N    how many (default 50,000)
  --seed S        decides what is sent (default: of the clock)
  --url URL       the engine that is asked (default: one of its own)
`;

const { values } = readCommandLine(USAGE, {
  options: { requests: { type: "string" }, seed: { type: "string" }, url: { type: "string" } },
});
const requests = Number(values.requests ?? 50_000);
const seed = Number(values.seed ?? Date.now() % 2 ** 31);
if (![requests, seed].every((number) => Number.isSafeInteger(number) && number >= 0)) {
  endUnusable(USAGE, "--requests and --seed take whole numbers");
}
const folder = dataFolder();
const run = values.url === undefined ? await startEmbedded("deno", folder.directory) : null;
try {
  const startedAt = performance.now();
  const { sent, answers, faults } = await fuzz({
    origin: run?.origin ?? values.url ?? "",
    requests,
    seed,
    atOnce: 32,
    onProgress: (count) => {
      if (count % 5_000 === 0) process.stdout.write(`${count} sent\n`);
    },
  });
  for (const [what, count] of [...answers].sort())
    process.stdout.write(`${String(count).padStart(7)}  ${what}\n`);
  for (const fault of faults) process.stdout.write(`${fault}\n`);
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(0);
  const verdict = faults.length === 0 ? "nothing to find" : `${faults.length} faults`;
  process.stdout.write(`${sent} requests, seed ${seed}, ${seconds} s: ${verdict}\n`);
  process.exitCode = faults.length === 0 ? 0 : 1;
} finally {
  await run?.stop();
  folder.remove();
}
