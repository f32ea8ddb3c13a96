/** A private Redis, on a free port, with its data in a folder of its own. */
import { Redis } from "ioredis";
import { freePort } from "../../embedded/free-ports.ts";
import { type PrivateService, startService, temporaryFolder } from "./private-service.ts";
import { startProcess } from "./process.ts";
import { provideProgram } from "./programs.ts";

/** Starts a Redis that nobody else uses. Appends to its file as the real one does, so a restart keeps data. */
export async function startRedis(): Promise<PrivateService> {
  const program = await provideProgram("redis-server");
  return startService(async () => {
    const folder = temporaryFolder("redis");
    const port = await freePort();
    const settings = {
      bind: "127.0.0.1",
      port: String(port),
      dir: folder,
      databases: "64", // a test file takes one of its own
      save: "",
      appendonly: "yes",
      appendfsync: "everysec",
      daemonize: "no",
    };
    const args = Object.entries(settings).flatMap(([key, value]) => [`--${key}`, value]);
    const url = `redis://127.0.0.1:${port}`;
    return {
      kind: "Redis",
      url,
      origin: program,
      folder,
      stopSignal: "SIGTERM",
      launch: () => startProcess({ name: "redis", program, args, cwd: folder, folder }),
      greet: () => redisVersion(url),
    };
  });
}

/** Asks a Redis for its version. */
export async function redisVersion(url: string): Promise<string> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null, connectTimeout: 5_000 });
  redis.on("error", () => undefined); // connect() rejects with the same fault
  try {
    await redis.connect();
    const info = await redis.info("server");
    return /redis_version:(\S+)/.exec(info)?.[1] ?? "of unknown version";
  } finally {
    redis.disconnect();
  }
}
