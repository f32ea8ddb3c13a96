/**
 * Program: `main.ts [up] | revert [count] | show`. Brings the schema of the configured database up to
 * date, takes back the last migrations, or shows which are applied. Connects directly, never through a
 * transaction pool.
 */
import process from "node:process";
import { loadConfigOrExit } from "../infra/config/load.ts";
import { migrate, revert, showMigrations } from "./migrator.ts";

const [action = "up", argument = "1"] = process.argv.slice(2);
const { directUrl: url, tls } = loadConfigOrExit({ services: ["database"], direct: true }).database;
const log = (line: string): void => void process.stdout.write(`${line}\n`);

switch (action) {
  case "up": {
    const applied = await migrate(url, { log, tls });
    log(applied.length === 0 ? "the schema is up to date" : `${applied.length} migrations applied`);
    break;
  }
  case "revert": {
    const count = Number(argument);
    if (!Number.isInteger(count) || count < 1) endWith(`revert takes how many migrations, not ${argument}`);
    await revert(url, count, { log, tls });
    break;
  }
  case "show":
    for (const { name, appliedAt } of await showMigrations(url, { tls })) {
      log(`${name}  ${appliedAt?.toISOString() ?? "not applied"}`);
    }
    break;
  default:
    endWith(`there is no ${action}: up, revert [count] or show`);
}

function endWith(words: string): never {
  process.stderr.write(`${words}\n`);
  process.exit(2);
}
