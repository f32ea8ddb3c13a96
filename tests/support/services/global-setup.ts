/**
 * Runs before and after the groups of tests that need services. Vitest calls it once for each such group, in one
 * process; the services are started for the first and ended after the last.
 */
import type { TestProject } from "vitest/node";
import { type RunningServices, startTestServices } from "./start.ts";

interface Shared {
  running: Promise<RunningServices>;
  users: number;
}

/** Each group loads this file anew, so what they share cannot be a variable of it. */
const key = Symbol.for("trade-engine.test-services");
const registry = globalThis as unknown as Record<symbol, Shared | undefined>;

export async function setup(project: TestProject): Promise<void> {
  registry[key] ??= { running: startTestServices(), users: 0 };
  const shared = registry[key];
  shared.users += 1;
  project.provide("services", (await shared.running).services);
}

export async function teardown(): Promise<void> {
  const shared = registry[key];
  if (shared === undefined) return;
  shared.users -= 1;
  if (shared.users > 0) return;
  registry[key] = undefined;
  await (await shared.running).end();
}
