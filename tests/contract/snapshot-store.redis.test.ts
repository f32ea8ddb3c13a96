import { randomUUID } from "node:crypto";
import { afterAll, inject } from "vitest";
import { RedisSnapshotStore } from "../../infra/redis/snapshot-store.ts";
import { createTestRedis } from "../support/cache.ts";
import { describeSnapshotStore } from "./snapshot-store.ts";

const { version } = inject("services").redis;
const redis = await createTestRedis();
const { url } = redis;

afterAll(() => redis.drop());

describeSnapshotStore(`Redis ${version}`, async () => {
  const store = new RedisSnapshotStore({ url, keyPrefix: `test:${randomUUID()}:` });
  await store.waitUntilReady(10_000);
  return { store, close: () => store.close() };
});
