import { afterAll, beforeAll } from "vitest";
import { migrate } from "../../db/migrator.ts";
import { EmbeddedQueue } from "../../infra/embedded/queue.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { describeCommandQueue } from "./command-queue.ts";

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  await migrate(database.url);
});

afterAll(() => database.drop());

describeCommandQueue("embedded, in PostgreSQL", async () => {
  const queue = new EmbeddedQueue({ url: database.url, pollEveryMs: 20 });
  return {
    publisher: () => queue.publisher(),
    consumer: async (group) => queue.consumer(group),
    consumerModule: {
      url: new URL("./embedded-consumer.ts", import.meta.url).href,
      environment: { QUEUE_DATABASE_URL: database.url },
    },
    close: async () => undefined,
  };
});
