/**
 * Program: asks a program in the same container whether it is ready; exit code 0 if so. The image has no shell and no
 * curl to do it with.
 *
 *     deno run --allow-net=127.0.0.1 infra/docker/probe.ts 8080
 */
import process from "node:process";

const [port = "8080"] = process.argv.slice(2);
const answerWithinMs = 3_000;

try {
  const response = await fetch(`http://127.0.0.1:${port}/ready`, {
    signal: AbortSignal.timeout(answerWithinMs),
  });
  const said = await response.text();
  process.stdout.write(`${response.status} ${said}\n`);
  process.exit(response.ok ? 0 : 1);
} catch {
  process.stdout.write("no answer\n");
  process.exit(1);
}
