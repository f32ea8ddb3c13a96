import { commands } from "../launch/commands.mjs";
import { table } from "./table.ts";

export function commandTable(): string {
  const rows = Object.entries(commands).map(([name, { purpose }]) => [
    name === "start" || name === "test" ? `\`npm ${name}\`` : `\`npm run ${name}\``,
    purpose,
  ]);
  return table(["command", "does"], rows);
}
