import { randomUUID } from "node:crypto";
import { inject } from "vitest";
import { RedisMarketDataReader } from "../../infra/redis/market-data-reader.ts";
import { RedisMarketDataWriter } from "../../infra/redis/market-data-writer.ts";
import { describeMarketData } from "./market-data.ts";

const { url, version } = inject("services").redis;

describeMarketData(`Redis ${version}`, async () => {
  const keyPrefix = `test:${randomUUID()}:`;
  const writer = new RedisMarketDataWriter({ url, keyPrefix });
  const reader = new RedisMarketDataReader({ url, keyPrefix });
  await Promise.all([writer.waitUntilReady(10_000), reader.waitUntilReady(10_000)]);
  return {
    writer,
    reader,
    close: async () => {
      await Promise.all([writer.close(), reader.close()]);
    },
  };
});
