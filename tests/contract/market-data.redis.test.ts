import { randomUUID } from "node:crypto";
import { afterAll, inject } from "vitest";
import { RedisMarketDataReader } from "../../infra/redis/market-data-reader.ts";
import { RedisMarketDataStream } from "../../infra/redis/market-data-stream.ts";
import { RedisMarketDataWriter } from "../../infra/redis/market-data-writer.ts";
import { createTestRedis } from "../support/cache.ts";
import { describeMarketData } from "./market-data.ts";

const { version } = inject("services").redis;
const redis = await createTestRedis();
const { url } = redis;

afterAll(() => redis.drop());

describeMarketData(`Redis ${version}`, async () => {
  const keyPrefix = `test:${randomUUID()}:`;
  const writer = new RedisMarketDataWriter({ url, keyPrefix });
  const reader = new RedisMarketDataReader({ url, keyPrefix });
  const stream = new RedisMarketDataStream({ url, keyPrefix });
  const all = [writer, reader, stream];
  await Promise.all(all.map((each) => each.waitUntilReady(10_000)));
  return {
    writer,
    reader,
    stream,
    close: async () => {
      await Promise.all(all.map((each) => each.close()));
    },
  };
});
