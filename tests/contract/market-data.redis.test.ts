import { randomUUID } from "node:crypto";
import { inject } from "vitest";
import { RedisMarketDataReader } from "../../infra/redis/market-data-reader.ts";
import { RedisMarketDataStream } from "../../infra/redis/market-data-stream.ts";
import { RedisMarketDataWriter } from "../../infra/redis/market-data-writer.ts";
import { describeMarketData } from "./market-data.ts";

const { url, version } = inject("services").redis;

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
