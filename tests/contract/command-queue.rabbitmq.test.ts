import { inject } from "vitest";
import { RabbitCommandConsumer } from "../../infra/rabbitmq/command-consumer.ts";
import { RabbitCommandPublisher } from "../../infra/rabbitmq/command-publisher.ts";
import { openConnection } from "../../infra/rabbitmq/connection.ts";
import { topologyNames } from "../../infra/rabbitmq/topology.ts";
import { describeCommandQueue } from "./command-queue.ts";

const { url, version } = inject("services").rabbitmq;

describeCommandQueue(`RabbitMQ ${version}`, async () => {
  const groups = new Set<string>();
  return {
    publisher: async () => {
      const publisher = new RabbitCommandPublisher({ url });
      await publisher.waitUntilHealthy(10_000);
      return publisher;
    },
    consumer: async (group) => {
      groups.add(group);
      return new RabbitCommandConsumer({ url, group, newQueueSettleMs: 0 });
    },
    consumerModule: {
      url: new URL("./rabbitmq-consumer.ts", import.meta.url).href,
      environment: { CONTRACT_RABBITMQ_URL: url },
    },
    close: async () => {
      const model = await openConnection({ url }, "clean-up");
      const channel = await model.createChannel();
      for (const group of groups) {
        const queue = topologyNames().commandQueue(group);
        await channel.deleteQueue(queue);
        await channel.deleteExchange(`${queue}.settled`);
      }
      await model.close();
    },
  };
});
