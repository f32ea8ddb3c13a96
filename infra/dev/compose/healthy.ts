/** Waiting until every container of the project is healthy, or has done its work, as `up --wait` of version 2 does. */
import { spawnSync } from "node:child_process";
import { askCompose, type Compose } from "./compose.ts";

export interface ContainerState {
  readonly name: string;
  readonly state: "ready" | "starting" | "failed";
}

const POLL_MS = 1_000;

/**
 * @returns the containers that are not ready at the deadline, or have failed; none: all is well
 */
export async function waitUntilHealthy(compose: Compose, deadlineMs: number): Promise<ContainerState[]> {
  const startedAt = Date.now();
  for (;;) {
    const ids = askCompose(compose, ["ps", "--quiet"]).split("\n").filter(Boolean);
    const unready = ids.map(stateOf).filter(({ state }) => state !== "ready");
    if (ids.length > 0 && unready.length === 0) return [];
    const isOver = Date.now() - startedAt > deadlineMs;
    if (isOver || unready.some(({ state }) => state === "failed")) return unready;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function stateOf(id: string): ContainerState {
  const format =
    "{{.Name}} {{.State.Status}} {{.State.ExitCode}} {{if .State.Health}}{{.State.Health.Status}}{{else}}none{{end}}";
  const { stdout } = spawnSync("docker", ["inspect", "--format", format, id], { encoding: "utf8" });
  const [name = id, status = "", code = "", health = ""] = stdout.trim().replace(/^\//, "").split(" ");
  if (status === "exited" || status === "dead") return { name, state: code === "0" ? "ready" : "failed" };
  const isReady = status === "running" && (health === "healthy" || health === "none");
  return { name, state: isReady ? "ready" : "starting" };
}
