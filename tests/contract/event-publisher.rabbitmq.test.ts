import { randomUUID } from "node:crypto";
import { inject } from "vitest";
import { closeConnection, openConnection } from "../../infra/rabbitmq/connection.ts";
import { RabbitEventPublisher } from "../../infra/rabbitmq/event-publisher.ts";
import { EVENT_QUEUES, topologyNames } from "../../infra/rabbitmq/topology.ts";
import { describeEventPublisher } from "./event-publisher.ts";

const { url, version } = inject("services").rabbitmq;

describeEventPublisher(`RabbitMQ ${version}`, async () => {
  const prefix = `test-${randomUUID()}.`;
  const names = topologyNames(prefix);
  const publisher = new RabbitEventPublisher({ url, prefix, newQueueSettleMs: 0 });
  await publisher.waitUntilHealthy(10_000);
  const model = await openConnection({ url }, "listener");
  const channel = await model.createChannel();
  return {
    publisher,
    subscribe: async (binding, listener) => {
      const { queue } = await channel.assertQueue("", { exclusive: true });
      await channel.bindQueue(queue, names.eventExchange, binding);
      const consume = (id: string, routingKey: string, body: string) => listener({ id, routingKey, body });
      await channel.consume(
        queue,
        (message) =>
          message !== null &&
          consume(
            String(message.properties.messageId),
            message.fields.routingKey,
            message.content.toString("utf8"),
          ),
        { noAck: true },
      );
    },
    close: async () => {
      await publisher.close();
      for (const { name } of EVENT_QUEUES) await channel.deleteQueue(names.eventQueue(name));
      await channel.deleteExchange(names.eventExchange);
      await channel.deleteExchange(`${names.eventExchange}.settled`);
      await closeConnection(model);
    },
  };
});
