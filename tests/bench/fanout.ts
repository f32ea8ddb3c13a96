import { spawn } from "node:child_process";
import process from "node:process";
import { createInterface } from "node:readline";
import WebSocket from "ws";
import { inRoot } from "../../infra/dev/launch/paths.mjs";
import { denoProgram } from "../../infra/dev/launch/runtimes.mjs";
import { waitFor } from "../../infra/dev/services/wait.ts";
import type { DepthSnapshot, DepthUpdate, StreamMessage } from "../../sdk/typescript/src/stream/index.ts";
import { OrderBook } from "../../sdk/typescript/src/stream/index.ts";
import { type BenchOptions, type BenchRow, rowOf } from "./bench-row.ts";

/**
 * WebSocket fan-out of one API process: so many clients read one book that changes 500 times a second. The lag
 * of an update is from when it was planned to be made (so that waiting counts) until a client has it; updates
 * that were folded into one message count one by one. First without, then with a client that reads nothing.
 *
 * The pod is a process of its own on Deno; the clients share this process, and take a core of the machine.
 * Left out: the engine and Redis before the pod, the network, TLS.
 */

interface Plan {
  readonly first: number;
  readonly startMs: number;
  readonly periodMs: number;
}

const UPDATES_PER_SECOND = 500;
const CLIENTS_PER_TURN = 50;
const LONGEST_WAIT_MS = 60_000;

export async function benchFanout({ quick }: BenchOptions): Promise<BenchRow[]> {
  const clients = quick ? 50 : 1_000;
  const seconds = quick ? 1 : 10;
  const rounds = quick ? 1 : 3;
  const pod = await startPod();
  const readers: Reader[] = [];
  try {
    const before = await pod.ask<{ rss: number }>("rss");
    while (readers.length < clients) {
      const turn = Array.from({ length: Math.min(CLIENTS_PER_TURN, clients - readers.length) }, () =>
        Reader.open(pod.port),
      );
      readers.push(...(await Promise.all(turn)));
    }
    const proved = new Proved();
    readers.push(await Reader.open(pod.port, (text) => proved.take(JSON.parse(text) as StreamMessage)));
    const plan = await pod.ask<Plan>(`rate ${UPDATES_PER_SECOND}`);
    const phases = { alone: [] as Phase[], beside: [] as Phase[] };
    let slow: SlowClient | null = null;
    await measure(readers, plan, seconds / 2);
    for (let round = 0; round < rounds; round++) {
      phases.alone.push(await measure(readers, plan, seconds));
      slow = await SlowClient.open(pod.port);
      await waitFor("the slow client to be behind", LONGEST_WAIT_MS, async () =>
        (await pod.ask<{ slow: number }>("rss")).slow > 0 ? true : undefined,
      );
      phases.beside.push(await measure(readers, plan, seconds));
      if (round < rounds - 1) slow.end();
    }
    const after = await pod.ask<{ rss: number; clients: number }>("rss");
    const slowEnded = (await slow?.readOn()) ?? "";
    proved.check();
    const perClient = (after.rss - before.rss) / clients / 1_024;
    const messages = phases.alone.map((phase) => phase.messages / seconds);
    const of = (which: Phase[], figure: "p50" | "p99") => which.map((phase) => phase[figure]);
    const how = `${clients} clients, ${UPDATES_PER_SECOND} updates/s, pod on Deno`;
    return [
      rowOf("fanout.lag.p50", "ms", of(phases.alone, "p50"), { note: how }),
      rowOf("fanout.lag.p99", "ms", of(phases.alone, "p99"), { note: how }),
      rowOf("fanout.lag-beside-slow.p50", "ms", of(phases.beside, "p50"), { note: slowEnded }),
      rowOf("fanout.lag-beside-slow.p99", "ms", of(phases.beside, "p99"), { note: slowEnded }),
      rowOf("fanout.messages", "messages/s", messages, { note: `${proved.updates} proved by CRC32, no gap` }),
      rowOf("fanout.memory", "MiB", [after.rss / 2 ** 20], { note: `${perClient.toFixed(1)} KiB a client` }),
    ];
  } finally {
    for (const reader of readers) reader.close();
    pod.stop();
  }
}

interface Phase {
  readonly p50: number;
  readonly p99: number;
  readonly messages: number;
}

/** Lags of all readers over so many seconds, in tenths of a millisecond. */
class Lags {
  readonly #counts = new Map<number, number>();
  #total = 0;
  messages = 0;

  add(ms: number): void {
    const bucket = Math.max(0, Math.round(ms * 10));
    this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + 1);
    this.#total += 1;
  }

  percentile(share: number): number {
    let left = Math.ceil(this.#total * share);
    for (const bucket of [...this.#counts.keys()].sort((one, other) => one - other)) {
      left -= this.#counts.get(bucket) ?? 0;
      if (left <= 0) return bucket / 10;
    }
    return Number.NaN;
  }
}

async function measure(readers: readonly Reader[], plan: Plan, seconds: number): Promise<Phase> {
  const lags = new Lags();
  for (const reader of readers) {
    reader.onUpdate = (first, last) => {
      const nowMs = performance.timeOrigin + performance.now();
      lags.messages += 1;
      for (let sequence = first; sequence <= last; sequence++) {
        lags.add(nowMs - (plan.startMs + (sequence - plan.first) * plan.periodMs));
      }
    };
  }
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
  for (const reader of readers) reader.onUpdate = null;
  return { p50: lags.percentile(0.5), p99: lags.percentile(0.99), messages: lags.messages };
}

const SUBSCRIBE = JSON.stringify({ op: "subscribe", channels: ["depth:BTC-USDT"] });
const SEQUENCES = /"U":(\d+),"u":(\d+)/;
/** Where the sequences of an update are: parsing a thousand copies of each message would measure that. */
const HEAD_BYTES = 160;

class Reader {
  readonly #socket: WebSocket;
  onUpdate: ((first: number, last: number) => void) | null = null;
  #began = false;

  private constructor(socket: WebSocket, onText: ((text: string) => void) | undefined) {
    this.#socket = socket;
    socket.on("error", () => undefined);
    socket.on("message", (data: Buffer) => {
      onText?.(data.toString());
      const found = SEQUENCES.exec(data.toString("latin1", 0, HEAD_BYTES));
      if (found === null) this.#began ||= data.includes("depth.snapshot");
      else this.onUpdate?.(Number(found[1]), Number(found[2]));
    });
  }

  /** Resolves when it has its book. */
  static async open(port: number, onText?: (text: string) => void): Promise<Reader> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, { perMessageDeflate: false });
    const reader = new Reader(socket, onText);
    await new Promise((resolve, reject) => {
      socket.once("open", resolve);
      socket.once("error", reject);
    });
    socket.send(SUBSCRIBE);
    await waitFor("a snapshot", LONGEST_WAIT_MS, () => (reader.#began ? true : undefined));
    return reader;
  }

  close(): void {
    this.#socket.terminate();
  }
}

/** One of the readers in full: its copy of the book is proved at each update. */
class Proved {
  readonly #book = new OrderBook("BTC/USDT");
  #fault = "";
  updates = 0;

  take(message: StreamMessage): void {
    const applied = message.type === "depth.snapshot" ? this.#begin(message) : this.#goOn(message);
    if (applied !== "ok") this.#fault ||= `${applied} at ${JSON.stringify(message).slice(0, 120)}`;
  }

  check(): void {
    if (this.#fault !== "") throw new Error(`a copy did not prove true: ${this.#fault}`);
    if (this.updates === 0) throw new Error("no update was proved");
  }

  #begin(message: DepthSnapshot): string {
    return this.#book.replace(message);
  }

  #goOn(message: StreamMessage): string {
    if (message.type !== "depth.update") return "ok";
    this.updates += 1;
    return this.#book.apply(message satisfies DepthUpdate);
  }
}

const UNSUBSCRIBE = JSON.stringify({ op: "unsubscribe", channels: ["depth:BTC-USDT"] });
const RESUBSCRIBE_EVERY_MS = 20;

/**
 * A client that reads nothing, and asks for snapshots as often as it may: updates alone take minutes to fill
 * the operating system's buffers.
 */
class SlowClient {
  readonly #socket: WebSocket;
  readonly #asking: ReturnType<typeof setInterval>;
  #end = "";

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    this.#asking = setInterval(() => {
      if (socket.readyState !== WebSocket.OPEN) return;
      socket.send(UNSUBSCRIBE);
      socket.send(SUBSCRIBE);
    }, RESUBSCRIBE_EVERY_MS);
    socket.on("error", () => undefined);
    socket.on("close", (code) => {
      this.#end ||= `the slow client was closed with ${code}`;
    });
  }

  static async open(port: number): Promise<SlowClient> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, { perMessageDeflate: false });
    const slow = new SlowClient(socket);
    await new Promise((resolve, reject) => {
      socket.once("open", resolve);
      socket.once("error", reject);
    });
    socket.send(SUBSCRIBE);
    socket.pause();
    return slow;
  }

  /** Reads again: what became of it. */
  async readOn(): Promise<string> {
    clearInterval(this.#asking);
    let messages = 0;
    this.#socket.on("message", (data: Buffer) => {
      messages += 1;
      if (data.includes('"reason":"SLOW_READER"')) {
        this.#end ||= `the slow client was left out, and given a snapshot behind ${messages} old messages`;
      }
    });
    this.#socket.resume();
    const end = waitFor("the slow client to be told", 10_000, () =>
      this.#end === "" ? undefined : this.#end,
    );
    const told = await end.catch(() => "the slow client fell behind by less than a buffer");
    this.end();
    return told;
  }

  end(): void {
    clearInterval(this.#asking);
    this.#socket.terminate();
  }
}

interface Pod {
  readonly port: number;
  ask<T>(line: string): Promise<T>;
  stop(): void;
}

async function startPod(): Promise<Pod> {
  const child = spawn(
    denoProgram(),
    ["run", "--no-prompt", "--cached-only", "-A", inRoot("tests/bench/fanout-pod.ts")],
    { stdio: ["pipe", "pipe", "inherit"], env: process.env },
  );
  const answers: ((line: string) => void)[] = [];
  const next = () => new Promise<string>((resolve) => answers.push(resolve));
  const first = next();
  createInterface({ input: child.stdout }).on("line", (line) => answers.shift()?.(line));
  const { port } = JSON.parse(await first) as { port: number };
  return {
    port,
    ask: async <T>(line: string): Promise<T> => {
      const answer = next();
      child.stdin.write(`${line}\n`);
      return JSON.parse(await answer) as T;
    },
    stop: () => child.stdin.end(),
  };
}
