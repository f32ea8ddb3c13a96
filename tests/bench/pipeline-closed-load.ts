import { Agent, request } from "node:http";

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
      const status = await post(options, agent, sent++);
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

function post({ url, path, next }: ClosedLoadOptions, agent: Agent, count: number): Promise<number> {
  const { userId, body } = next(count);
  return new Promise((resolve) => {
    const sending = request(
      `${url}${path}`,
      {
        method: "POST",
        agent,
        headers: {
          authorization: `Bearer dev:${userId}`,
          "content-type": "application/json",
          "content-length": Buffer.byteLength(body),
        },
      },
      (response) => {
        response.resume();
        response.once("end", () => resolve(response.statusCode ?? 0));
        response.once("error", () => resolve(0));
      },
    );
    sending.once("error", () => resolve(0));
    sending.end(body);
  });
}
