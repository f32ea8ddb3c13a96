import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect as connectSocket } from "node:net";
import process from "node:process";
import { createInterface } from "node:readline";
import { type ConfirmChannel, connect } from "amqplib";
import { Redis } from "ioredis";
import postgres from "postgres";
import { describe, expect, it } from "vitest";
import { isAlive } from "../../infra/dev/launch/is-alive.mjs";
import { inRoot } from "../../infra/dev/launch/paths.mjs";
import { startPostgres } from "../../infra/dev/services/postgres.ts";
import { startRabbitmq } from "../../infra/dev/services/rabbitmq.ts";
import { startRedis } from "../../infra/dev/services/redis.ts";
import { waitFor } from "../../infra/dev/services/wait.ts";

/** Starting RabbitMQ takes 5 s on two idle cores; the slowest test here starts it three times. */
const timeout = 120_000;

describe("a private service", { timeout }, () => {
  it("PostgreSQL keeps committed rows over kill -9 and over a restart, at the same address", async () => {
    const service = await startPostgres({ durable: false });
    try {
      const query = async <T>(work: (sql: postgres.Sql) => Promise<T>): Promise<T> => {
        const sql = postgres(service.url, { max: 1 });
        try {
          return await work(sql);
        } finally {
          await sql.end();
        }
      };
      expect(service.version).toMatch(/^16\./);
      await query((sql) => sql`create table kept as select 42 as number`);
      await service.kill();
      await expect(query((sql) => sql`select 1`)).rejects.toMatchObject({ code: "ECONNREFUSED" });
      await service.start();
      expect(await query((sql) => sql`select * from kept`)).toEqual([{ number: 42 }]);
      await service.restart();
      expect(await query((sql) => sql`select * from kept`)).toEqual([{ number: 42 }]);
    } finally {
      await service.remove();
    }
  });

  it("Redis keeps its keys over a restart, at the same address", async () => {
    const service = await startRedis();
    try {
      const redis = new Redis(service.url);
      redis.on("error", () => undefined); // it is away for a moment
      await redis.set("kept", "42");
      await service.restart();
      expect(await redis.get("kept")).toBe("42");
      redis.disconnect();
    } finally {
      await service.remove();
    }
  });

  it("RabbitMQ keeps confirmed messages over kill -9, at the same address", async () => {
    const service = await startRabbitmq();
    const queue = "kept";
    const onChannel = async <T>(work: (channel: ConfirmChannel) => Promise<T>): Promise<T> => {
      const connection = await connect(service.url);
      connection.on("error", () => undefined); // what is wrong is told by the call that fails
      const channel = await connection.createConfirmChannel();
      channel.on("error", () => undefined);
      try {
        return await work(channel);
      } finally {
        await connection.close();
      }
    };
    try {
      await onChannel((channel) =>
        channel.assertQueue(queue, { durable: true, arguments: { "x-queue-type": "quorum" } }),
      );
      // RabbitMQ 3.10 writes down which log is which queue's only a second or two after the queue was declared; a
      // kill before that loses the log, confirmed messages and all. A clean stop writes it down at once.
      await service.restart();
      await onChannel(async (channel) => {
        channel.sendToQueue(queue, Buffer.from("42"), { persistent: true });
        await channel.waitForConfirms();
      });
      await service.kill();
      await service.start();
      const message = await onChannel((channel) => channel.get(queue, { noAck: true }));
      expect(message).toMatchObject({ content: Buffer.from("42") });
    } finally {
      await service.remove();
    }
  });

  it("ends when its owner is killed, and leaves nothing behind", async () => {
    const owner = spawn(process.execPath, [inRoot("tests/support/services-owner-program.ts")], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = (await once(createInterface({ input: owner.stdout }), "line")) as [string];
    const services = JSON.parse(line) as { kind: string; url: string; pid: number }[];
    expect(services).toHaveLength(3);
    owner.kill("SIGKILL");
    for (const { kind, url, pid } of services) {
      await waitFor(`${kind} to end with its owner`, 10_000, async () =>
        isAlive(pid) || (await takesConnections(url)) ? undefined : true,
      );
    }
  });
});

function takesConnections(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connectSocket(Number(port), hostname);
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
    socket.once("close", () => socket.destroy());
    socket.unref();
  });
}
