import type { DatabaseStatus, GroupStatus } from "./read-status.ts";

const KIB = 1_024;
const SECOND = 1_000;

/** The status in lines for a person; `now` in milliseconds. */
export function statusLines({ version, schema, bytes, groups }: DatabaseStatus, now: number): string[] {
  const lines = [`PostgreSQL ${version}, ${size(bytes)}, schema ${schema ?? "not there: npm run migrate"}`];
  if (groups.length === 0) return [...lines, "no symbol group has been active yet"];
  return [...lines, ...groups.flatMap((group) => groupLines(group, now))];
}

function groupLines(group: GroupStatus, now: number): string[] {
  const behind = group.lastSequence - group.publishedSequence;
  const snapshot =
    group.snapshotSequence === null
      ? "none in PostgreSQL"
      : `at ${group.snapshotSequence} (${group.lastSequence - group.snapshotSequence} commands behind), ${ago(group.snapshotAt, now)}`;
  return [
    `group ${group.group}`,
    `  epoch       ${group.epoch}`,
    `  sequence    ${group.lastSequence}, last commit ${ago(group.lastCommitAt, now)}`,
    `  events      ${behind === 0 ? "all published" : `${behind} sequences behind`}`,
    `  open orders ${group.openOrders}`,
    `  snapshot    ${snapshot}`,
    `  timeline    ${group.timeline}`,
  ];
}

function ago(moment: Date | null, now: number): string {
  if (moment === null) return "never";
  const seconds = Math.max(0, Math.round((now - moment.getTime()) / SECOND));
  if (seconds < 120) return `${seconds} s ago`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min ago`;
  return `${moment.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

function size(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = bytes;
  let unit = 0;
  for (; value >= KIB && unit < units.length - 1; unit++) value /= KIB;
  return `${value.toFixed(unit === 0 ? 0 : 1)} ${units[unit]}`;
}
