import postgres, { type Sql } from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { migrate } from "../../../db/migrator.ts";
import { type CommandConsumer, type Delivery, NotSentError, UncertainError } from "../../../engine/ports.ts";
import { EmbeddedQueue } from "../../../infra/embedded/queue.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";

describe("the embedded queue, when its sessions are killed", () => {
  let database: TestDatabase;
  let sql: Sql;
  let queue: EmbeddedQueue;

  beforeAll(async () => {
    database = await createTestDatabase();
    await migrate(database.url);
    sql = postgres(database.url, { max: 2, onnotice: () => undefined });
    queue = new EmbeddedQueue({ url: database.url, pollEveryMs: 20 });
  });
  afterAll(async () => {
    await sql.end({ timeout: 5 });
    await database.drop();
  });

  it("a publish under way is uncertain, or known not to be sent; the publisher is well again by itself", async () => {
    const consumer = await start("publisher-killed");
    const publisher = await queue.publisher();
    const blocker = await sql.reserve();
    await blocker`begin`;
    await blocker`lock table queue_messages in access exclusive mode`;
    const published = publisher.publish("publisher-killed", bytes("lost"));
    const outcome = published.catch((cause: unknown) => cause);
    await expect
      .poll(() => kill("trade-engine queue publisher", "Lock"), { timeout: 5_000, interval: 10 })
      .toHaveLength(1);
    const fault = await outcome;
    expect(fault instanceof UncertainError || fault instanceof NotSentError).toBe(true);
    await blocker`rollback`;
    blocker.release();
    await expect.poll(() => publisher.healthy(), { timeout: 5_000 }).toBe(true);
    await publisher.publish("publisher-killed", bytes("sent"));
    await expect.poll(() => consumer.texts()).toContain("sent");
    await consumer.consumer.close();
    await publisher.close();
  });

  it("a consumer is lost, once, and what it held goes to the next, in order and marked", async () => {
    const consumer = await start("consumer-killed");
    const publisher = await queue.publisher();
    for (const text of ["1", "2", "3"]) await publisher.publish("consumer-killed", bytes(text));
    await expect.poll(() => consumer.texts()).toEqual(["1", "2", "3"]);
    await kill("trade-engine queue consumer");
    await expect.poll(() => consumer.losses.length).toBe(1);
    await publisher.publish("consumer-killed", bytes("4"));
    const next = await start("consumer-killed");
    await expect.poll(() => next.texts()).toEqual(["1", "2", "3", "4"]);
    expect(next.deliveries[0]!.redelivered).toBe(true);
    expect(consumer.texts()).toEqual(["1", "2", "3"]);
    expect(consumer.losses).toHaveLength(1);
    await Promise.all([consumer.consumer.close(), next.consumer.close(), publisher.close()]);
  });

  it("nothing is sent to a database that cannot be reached", async () => {
    const nowhere = new EmbeddedQueue({ url: "postgres://nobody@127.0.0.1:1/none" });
    await expect(nowhere.publisher()).rejects.toMatchObject({
      name: "UnavailableError",
      dependency: "database",
    });
    const consumer = nowhere.consumer("main");
    await expect(
      consumer.start(
        () => undefined,
        () => undefined,
      ),
    ).rejects.toMatchObject({ name: "UnavailableError", dependency: "database" });
  });

  it("a consumer waits for acknowledgements beyond two thousand deliveries, and then goes on", async () => {
    const consumer = await start("bounded");
    const publisher = await queue.publisher();
    await Promise.all(Array.from({ length: 2_100 }, (_, i) => publisher.publish("bounded", bytes(`${i}`))));
    await expect.poll(() => consumer.deliveries.length, { timeout: 10_000 }).toBe(2_000);
    consumer.consumer.acknowledge(consumer.deliveries[499]!.tag);
    await expect.poll(() => consumer.deliveries.length, { timeout: 10_000 }).toBe(2_100);
    expect(consumer.texts()).toEqual(Array.from({ length: 2_100 }, (_, i) => `${i}`));
    await Promise.all([consumer.consumer.close(), publisher.close()]);
  });

  interface Started {
    readonly consumer: CommandConsumer;
    readonly deliveries: Delivery[];
    readonly losses: Error[];
    texts(): string[];
  }

  async function start(group: string): Promise<Started> {
    const consumer = queue.consumer(group);
    const deliveries: Delivery[] = [];
    const losses: Error[] = [];
    await consumer.start(
      (delivery) => deliveries.push(delivery),
      (cause) => losses.push(cause),
    );
    return {
      consumer,
      deliveries,
      losses,
      texts: () => deliveries.map(({ body }) => new TextDecoder().decode(body)),
    };
  }

  function kill(application: string, waitingFor: string | null = null): Promise<readonly object[]> {
    return sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name = ${application}
        and (${waitingFor}::text is null or wait_event_type = ${waitingFor})`;
  }
});

function bytes(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}
