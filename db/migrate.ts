/**
 * Program: `migrate.ts [up] | revert [count] | show`, for the database of TRADE_ENGINE_DATABASE_URL.
 * Connects directly, never through a transaction pool.
 */
import process from "node:process";
import { migrate, revert, showMigrations } from "./migrator.ts";

export { migrate } from "./migrator.ts";

async function main(): Promise<void> {
  const [action = "up", argument = "1"] = process.argv.slice(2);
  const url = process.env["TRADE_ENGINE_DATABASE_URL"] ?? process.env["DATABASE_URL"];
  if (url === undefined || url === "") throw new Error("TRADE_ENGINE_DATABASE_URL is not set");
  const log = (line: string): void => void process.stdout.write(`${line}\n`);
  if (action === "up") {
    const applied = await migrate(url, { log });
    log(applied.length === 0 ? "nothing to apply" : `${applied.length} applied`);
  } else if (action === "revert") {
    const count = Number(argument);
    if (!Number.isInteger(count) || count < 1) throw new Error("revert takes a number of migrations");
    await revert(url, count, { log });
  } else if (action === "show") {
    for (const { name, appliedAt } of await showMigrations(url)) {
      log(`${name}  ${appliedAt?.toISOString() ?? "not applied"}`);
    }
  } else {
    throw new Error(`no such action: ${action}`);
  }
}

if (import.meta.main) await main();
