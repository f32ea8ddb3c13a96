import { randomUUID } from "node:crypto";
import { connect } from "amqplib";
import { Redis } from "ioredis";
import postgres from "postgres";
import { describe, expect, inject, it } from "vitest";
import { createTestVhost } from "../support/broker.ts";
import { createTestRedis } from "../support/cache.ts";
import { createTestDatabase } from "../support/database.ts";

describe("the services of a test run", () => {
  it("are of the versions that the engine is made for", () => {
    const { postgres: database, redis, rabbitmq } = inject("services");
    expect(Number.parseInt(database.version, 10)).toBeGreaterThanOrEqual(16);
    expect(Number.parseInt(redis.version, 10)).toBeGreaterThanOrEqual(7);
    expect(Number.parseInt(rabbitmq.version, 10)).toBeGreaterThanOrEqual(3);
  });

  it("give each test file an empty database of its own", async () => {
    const [one, other] = await Promise.all([createTestDatabase(), createTestDatabase()]);
    const [inOne, inOther] = [postgres(one.url, { max: 1 }), postgres(other.url, { max: 1 })];
    await inOne`create table orders (id int)`;
    await inOther`create table orders (id int)`;
    await one.drop();
    await expect(inOther`select * from orders`).resolves.toHaveLength(0);
    await Promise.all([inOne.end(), inOther.end()]);
    await other.drop();
  });

  it("give each test file a virtual host of its own", async () => {
    const vhost = await createTestVhost();
    const connection = await connect(vhost.url);
    const channel = await connection.createConfirmChannel();
    const queue = `${vhost.prefix}commands`;
    await channel.assertQueue(queue, { durable: true, arguments: { "x-queue-type": "quorum" } });
    channel.sendToQueue(queue, Buffer.from("1"), { persistent: true });
    await channel.waitForConfirms();
    const message = await channel.get(queue, { noAck: true });
    expect(message).toMatchObject({ content: Buffer.from("1") });
    await channel.deleteQueue(queue);
    await connection.close();
    await vhost.drop();
  });

  it("give each test file a Redis database of its own", async () => {
    const [one, other] = await Promise.all([createTestRedis(), createTestRedis()]);
    const key = randomUUID();
    const [inOne, inOther] = [new Redis(one.url), new Redis(other.url)];
    await inOne.set(key, "here");
    expect(await inOther.get(key)).toBeNull();
    inOne.disconnect();
    inOther.disconnect();
    await Promise.all([one.drop(), other.drop()]);
  });
});
