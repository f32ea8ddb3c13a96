/**
 * `main.ts check | write`. Writes the OpenAPI document into docs/openapi.json, or holds the one there
 * against what a server gives, lints it, and names what breaks clients of the last committed one without
 * the CHANGELOG saying so: a line under Unreleased with the word Breaking and the operation's id.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { inRoot, root } from "../../infra/dev/launch/paths.mjs";
import { breaksBetween } from "./breaking.ts";
import { lint } from "./lint.ts";
import { servedDocument } from "./served-document.ts";

const FILE = "docs/openapi.json";

const [action = "check"] = process.argv.slice(2);
const served = await servedDocument();
if (action === "write") {
  writeFileSync(inRoot(FILE), served);
  process.stdout.write(`${FILE} is as a server gives it\n`);
} else {
  const faults = [...drift(), ...(await lint(served)), ...unsaidBreaks()];
  for (const fault of faults) process.stdout.write(`${fault}\n`);
  const { paths } = JSON.parse(served) as { paths: object };
  if (faults.length === 0) process.stdout.write(`${Object.keys(paths).length} addresses, nothing to find\n`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}

function drift(): string[] {
  const isSame = readFileSync(inRoot(FILE), "utf8") === served;
  return isSame ? [] : [`${FILE} is not what a server gives: npm run openapi writes it`];
}

function unsaidBreaks(): string[] {
  const committed = committedDocument();
  if (committed === null) return [];
  const [, unreleased = ""] = readFileSync(inRoot("CHANGELOG.md"), "utf8").split(/^## /m);
  const said = unreleased.split("\n").filter((line) => /\bbreaking\b/i.test(line));
  return breaksBetween(JSON.parse(committed), JSON.parse(served))
    .filter(({ operation }) => !said.some((line) => line.includes(operation)))
    .map(
      ({ operation, what }) => `breaks clients of ${operation}, and CHANGELOG.md does not say so: ${what}`,
    );
}

/** Of the last commit; null before the first one, and outside a checkout. */
function committedDocument(): string | null {
  try {
    return execFileSync("git", ["show", `HEAD:${FILE}`], {
      cwd: root,
      encoding: "utf8",
      stdio: "pipe",
      maxBuffer: 2 ** 26,
    });
  } catch {
    return null;
  }
}
