/**
 * `npm run up | down | ps | logs [SERVICE] | build | clean:volumes`: the system in Docker, by docker-compose.yml.
 *
 *     npm run logs -- engine          one service; follows on a terminal
 *     npm run up -- --scale api=3     Compose's own arguments work
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import process from "node:process";
import { ask } from "./ask.ts";
import { type Compose, findCompose, NoDockerError, runCompose } from "./compose/compose.ts";
import { waitUntilHealthy } from "./compose/healthy.ts";
import { inRoot, root } from "./launch/paths.mjs";

/** The first time images are built and pulled, which is not counted; after that a minute is long. */
const HEALTHY_WITHIN_MS = 180_000;
const LAST_LINES = "200";

const [action = "", ...args] = process.argv.slice(2);

try {
  process.exitCode = await run(action);
} catch (error) {
  if (!(error instanceof NoDockerError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

async function run(name: string): Promise<number> {
  if (name === "build") return build();
  if (name === "clean:volumes") return removeVolumes();
  const compose = findCompose();
  switch (name) {
    case "up":
      return up(compose);
    case "down":
    case "ps":
      return runCompose(compose, [name, ...args]);
    case "logs": {
      const follow = process.stdout.isTTY === true ? ["--follow"] : [];
      return runCompose(compose, ["logs", `--tail=${LAST_LINES}`, ...follow, ...args]);
    }
    default:
      console.error(`There is no ${name}: up, down, ps, logs, build or clean:volumes.`);
      return 2;
  }
}

async function up(compose: Compose): Promise<number> {
  if (compose.version === 2) return runCompose(compose, ["up", "--detach", "--wait", ...args]);
  const code = await runCompose(compose, ["up", "--detach", ...args]);
  if (code !== 0) return code;
  const unready = await waitUntilHealthy(compose, HEALTHY_WITHIN_MS);
  for (const { name, state } of unready) console.error(`${name} is not healthy (${state}): npm run logs`);
  return unready.length === 0 ? 0 : 1;
}

function build(): number {
  if (spawnSync("docker", ["info"], { stdio: "ignore" }).status !== 0) {
    throw new NoDockerError("No Docker engine answers on this machine: building the image needs one.");
  }
  const { version } = JSON.parse(readFileSync(inRoot("package.json"), "utf8")) as { version: string };
  const tags = ["--tag", "trade-engine", "--tag", `trade-engine:${version}`];
  const { status } = spawnSync("docker", ["build", ...tags, ...args, "."], { cwd: root, stdio: "inherit" });
  return status ?? 1;
}

async function removeVolumes(): Promise<number> {
  const sure =
    args.includes("--yes") ||
    (await ask(
      "Remove the containers and ALL data of the Docker system (orders, trades, journal)? Type yes: ",
    )) === "yes";
  if (!sure) {
    console.error("Nothing was removed. (Without a terminal: npm run clean:volumes -- --yes)");
    return 1;
  }
  return runCompose(findCompose(), ["down", "--volumes", "--remove-orphans"]);
}
