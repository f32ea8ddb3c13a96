import { readFileSync } from "node:fs";
import process from "node:process";

/**
 * Whether a process runs, be it ours or somebody else's. One that has ended counts as ended even while nobody has
 * asked how: in a container whose first process does not do that, it stays in the list for ever.
 * @param {number} pid
 */
export function isAlive(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === "EPERM";
  }
  try {
    return !/^State:\s*[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return true; // not Linux, or ended just now and about to be gone
  }
}
