import { EmbeddedEventPublisher } from "../../infra/embedded/event-publisher.ts";
import { describeEventPublisher } from "./event-publisher.ts";

describeEventPublisher("embedded", async () => {
  const publisher = new EmbeddedEventPublisher();
  return {
    publisher,
    subscribe: async (binding, listener) => {
      publisher.subscribe(binding, listener);
    },
    close: () => publisher.close(),
  };
});
