import { randomUUID } from "node:crypto";
import { inject } from "vitest";
import { RedisSnapshotStore } from "../../infra/redis/snapshot-store.ts";
import { describeSnapshotStore } from "./snapshot-store.ts";

const { url, version } = inject("services").redis;

describeSnapshotStore(`Redis ${version}`, async () => {
  const store = new RedisSnapshotStore({ url, keyPrefix: `test:${randomUUID()}:` });
  await store.waitUntilReady(10_000);
  return { store, close: () => store.close() };
});
