/**
 * What private PostgreSQL, Redis and RabbitMQ have in common: a folder, ports of their own, one process, and a
 * life of starts, stops and kills on the same ports with the same data.
 */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { removeFolder, type ServiceProcess } from "./process.ts";
import { waitFor } from "./wait.ts";

/** A service of our own on this machine. */
export interface PrivateService {
  readonly kind: "PostgreSQL" | "Redis" | "RabbitMQ" | "PgBouncer";
  /** Where it is reached, with its user and password. */
  readonly url: string;
  /** What the running server says of itself. */
  readonly version: string;
  /** The program it runs. */
  readonly origin: string;
  /** The process id of the running server. */
  pid(): number;
  /** Starts it again, on the same port and data, after `stop` or `kill`. */
  start(): Promise<void>;
  /** Stops it cleanly; its data stays. */
  stop(): Promise<void>;
  /** Kills it as `kill -9` does; its data stays as it is. */
  kill(): Promise<void>;
  /** Stops it cleanly and starts it again. */
  restart(): Promise<void>;
  /** Ends it for good and removes its data. */
  remove(): Promise<void>;
}

/** What a kind of service adds to the life that all share. */
export interface ServiceDefinition {
  readonly kind: PrivateService["kind"];
  readonly url: string;
  readonly origin: string;
  readonly folder: string;
  /** The signal that asks for a clean and quick stop. */
  readonly stopSignal: NodeJS.Signals;
  /** Starts the server process. */
  launch(): Promise<ServiceProcess>;
  /** Connects as a client would, and tells the server's version; throws while it is not ready. */
  greet(): Promise<string>;
  /** Ends what it needs beside its process. */
  cleanUp?(): Promise<void>;
}

/** RabbitMQ takes longest: about 5 s alone on two cores, and much more when they are busy. */
const readyDeadlineMs = 90_000;

/** How often other ports are tried, should someone take one before the service does. */
const startAttempts = 3;

/** A folder of its own for a service, below the system's folder for temporary files. */
export function temporaryFolder(kind: string): string {
  return mkdtempSync(join(tmpdir(), `trade-engine-${kind}-`));
}

/** Starts a service; with other ports again when it cannot start on the first. */
export async function startService(define: () => Promise<ServiceDefinition>): Promise<PrivateService> {
  let cause: unknown;
  for (let attempt = 1; attempt <= startAttempts; attempt++) {
    const definition = await define();
    try {
      return await firstStart(definition);
    } catch (error) {
      cause = error;
      await definition.cleanUp?.();
      removeFolder(definition.folder);
    }
  }
  throw cause;
}

async function firstStart(definition: ServiceDefinition): Promise<PrivateService> {
  const first = await launchAndWait(definition);
  let process = first.process;

  const stop = async (): Promise<void> => {
    await process.stop({ signal: definition.stopSignal });
  };
  const start = async (): Promise<void> => {
    if (process.isRunning()) return;
    // After a kill, what the server had started takes a moment to notice, and holds ports and memory until then.
    const again = await waitFor(`${definition.kind} to start again`, readyDeadlineMs, () =>
      launchAndWait(definition),
    );
    process = again.process;
  };

  return {
    kind: definition.kind,
    url: definition.url,
    version: first.version,
    origin: definition.origin,
    pid: () => process.pid,
    start,
    stop,
    async kill() {
      process.signal("SIGKILL");
      await process.exited;
    },
    async restart() {
      await stop();
      await start();
    },
    async remove() {
      await stop();
      await definition.cleanUp?.();
      removeFolder(definition.folder);
    },
  };
}

interface Launched {
  readonly process: ServiceProcess;
  readonly version: string;
}

async function launchAndWait(definition: ServiceDefinition): Promise<Launched> {
  const process = await definition.launch();
  try {
    const version = await waitFor(`${definition.kind} to answer`, readyDeadlineMs, () =>
      process.isRunning() ? definition.greet() : "",
    );
    if (process.isRunning()) return { process, version };
  } catch (error) {
    await process.stop({ signal: "SIGKILL" });
    throw new Error(`${definition.kind} does not answer; its last words were:\n${process.lastOutput()}`, {
      cause: error,
    });
  }
  throw new Error(`${definition.kind} ended at its start; its last words were:\n${process.lastOutput()}`);
}
