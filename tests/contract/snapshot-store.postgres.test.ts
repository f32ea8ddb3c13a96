import postgres from "postgres";
import { afterAll, beforeAll, inject } from "vitest";
import { migrate } from "../../db/migrator.ts";
import { createPostgresSnapshotStore } from "../../db/snapshot-store.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { describeSnapshotStore } from "./snapshot-store.ts";

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  await migrate(database.url);
});
afterAll(() => database.drop());

describeSnapshotStore(`PostgreSQL ${inject("services").postgres.version}`, async () => {
  const sql = postgres(database.url, { max: 1, onnotice: () => undefined });
  return { store: createPostgresSnapshotStore(sql), close: () => sql.end({ timeout: 5 }) };
});
