/**
 * Running a program as a user other than root.
 *
 * PostgreSQL refuses to run as root, and root is who a container or a CI machine often is. So as root its
 * programs run as an ordinary system user: the one that owns the data already, else `postgres`, else one that
 * is made for it.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { accessSync, chownSync, constants, existsSync, readFileSync, statSync } from "node:fs";
import process from "node:process";

/** A system user as /etc/passwd has it. */
export interface SystemUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** A program and its arguments, ready for `spawn`. */
export interface CommandLine {
  readonly program: string;
  readonly args: readonly string[];
}

const setpriv = "/usr/bin/setpriv";
const useradd = "/usr/sbin/useradd";
const passwdFile = "/etc/passwd";
const ownUserName = "trade-engine";

/** Whether this process is root's. Always false where there is no such thing. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/**
 * The user to run as when we are root, made if need be; undefined when we are not root and simply run as who
 * we are.
 *
 * @param ownedPath files that the user must go on owning, if they are there
 */
export function unprivilegedUser(ownedPath?: string): SystemUser | undefined {
  if (!isRoot()) return undefined;
  if (ownedPath !== undefined && existsSync(ownedPath)) {
    const { uid } = statSync(ownedPath);
    const owner = systemUsers().find((user) => user.uid === uid);
    if (owner !== undefined && owner.uid !== 0) return owner;
  }
  return findUser("postgres") ?? findUser(ownUserName) ?? makeUser() ?? requireUser("nobody");
}

/**
 * The command line that runs a program as that user.
 *
 * A checkout below /root cannot be entered by anyone else. Then, and only then, the program keeps the one
 * capability that lets it pass folders whose rights forbid it (`dac_override`), and nothing else of root's.
 *
 * @param paths what the program must be able to reach: itself, and the folder of its data
 */
export function asUser(
  user: SystemUser | undefined,
  command: CommandLine,
  paths: readonly string[],
): CommandLine {
  if (user === undefined) return command;
  if (!existsSync(setpriv)) {
    throw new Error(
      `PostgreSQL cannot run as root, and ${setpriv} is not there to change the user: run as another.`,
    );
  }
  const identity = [`--reuid=${user.uid}`, `--regid=${user.gid}`, "--clear-groups"];
  const plain = [...identity, "--inh-caps=-all", "--bounding-set=-all"];
  const throughAnyFolder = [
    ...identity,
    // Without this bit the kernel drops the capability for access(2), which PostgreSQL checks itself with.
    "--securebits=+no_setuid_fixup",
    "--inh-caps=-all,+dac_override",
    "--ambient-caps=-all,+dac_override",
    "--bounding-set=-all,+dac_override",
  ];
  const privileges = canReach(plain, paths) ? plain : throughAnyFolder;
  return { program: setpriv, args: [...privileges, command.program, ...command.args] };
}

/** Gives a path to that user; nothing to do when we run as ourselves. */
export function giveTo(user: SystemUser | undefined, path: string): void {
  if (user !== undefined) chownSync(path, user.uid, user.gid);
}

/** Asks the system itself, as that user: it alone knows every rule there is about rights. */
function canReach(privileges: readonly string[], paths: readonly string[]): boolean {
  const test = 'for path in "$@"; do test -x "$path" || exit 1; done';
  const { status } = spawnSync(setpriv, [...privileges, "/bin/sh", "-c", test, "sh", ...paths], {
    stdio: "ignore",
  });
  return status === 0;
}

function systemUsers(): SystemUser[] {
  return readFileSync(passwdFile, "utf8")
    .split("\n")
    .flatMap((line) => {
      const [name, , uid, gid] = line.split(":");
      return name && uid && gid ? [{ name, uid: Number(uid), gid: Number(gid) }] : [];
    });
}

function findUser(name: string): SystemUser | undefined {
  return systemUsers().find((user) => user.name === name);
}

function requireUser(name: string): SystemUser {
  const user = findUser(name);
  if (user === undefined)
    throw new Error(`PostgreSQL cannot run as root, and there is no user ${name} either.`);
  return user;
}

function makeUser(): SystemUser | undefined {
  try {
    accessSync(useradd, constants.X_OK);
    execFileSync(useradd, ["--system", "--no-create-home", "--shell", "/usr/sbin/nologin", ownUserName], {
      stdio: "ignore",
    });
  } catch {
    return undefined; // no such program, or a read-only system: another user has to do
  }
  return findUser(ownUserName);
}
