import { Agent } from "node:http";
import { postOrder } from "./post-order.ts";

export interface ClosedLoadOptions {
  readonly url: string;
  readonly path: string;
  /** Requests under way all the time. */
  readonly connections: number;
  readonly seconds: number;
  /** The user and the JSON text of a request. */
  readonly next: (count: number) => { readonly userId: string; readonly body: string };
}

export interface ClosedLoadResult {
  /** Requests answered with 2xx but 202, a second. */
  readonly perSecond: number;
  readonly failures: ReadonlyMap<number, number>;
  /** Share of one core that the load itself took. */
  readonly cpu: number;
}

/** As many requests as the service answers, each connection sending its next when its last is answered. */
export async function runClosedLoad(options: ClosedLoadOptions): Promise<ClosedLoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: options.connections });
  const failures = new Map<number, number>();
  let sent = 0;
  let answered = 0;
  const startedMs = performance.now();
  const endMs = startedMs + options.seconds * 1_000;
  const cpuBefore = process.cpuUsage();
  const one = async (): Promise<void> => {
    while (performance.now() < endMs) {
      const { userId, body } = options.next(sent++);
      const status = await postOrder(agent, `${options.url}${options.path}`, userId, body);
      if (status >= 200 && status < 300 && status !== 202) answered += 1;
      else failures.set(status, (failures.get(status) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: options.connections }, one));
  const tookMs = performance.now() - startedMs;
  const { user, system } = process.cpuUsage(cpuBefore);
  agent.destroy();
  return { perSecond: (answered * 1_000) / tookMs, failures, cpu: (user + system) / 1_000 / tookMs };
}
