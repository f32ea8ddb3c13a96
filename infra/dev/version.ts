/** `npm run version`: the versions of the engine and of the programs it runs on. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { inRoot } from "./launch/paths.mjs";
import { denoProgram, nodeProgram, postgresPackageDirectory } from "./launch/runtimes.mjs";

const engine = JSON.parse(readFileSync(inRoot("package.json"), "utf8")) as { version: string };
const firstLine = (program: string): string =>
  execFileSync(program, ["--version"], { encoding: "utf8" }).split("\n")[0] ?? "";

console.log(`trade-engine ${engine.version}`);
console.log(firstLine(denoProgram()));
console.log(`node ${firstLine(nodeProgram())}`);
console.log(firstLine(join(postgresPackageDirectory(), "native", "bin", "postgres")));
