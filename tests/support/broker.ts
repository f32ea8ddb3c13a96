/** RabbitMQ for tests. */
import { randomBytes } from "node:crypto";
import { inject } from "vitest";
import { runRabbitmqControl } from "../../infra/dev/services/rabbitmq.ts";

/** A part of the broker that a test file has for itself. */
export interface TestVhost {
  readonly url: string;
  /**
   * To be put before the names of queues and exchanges. Empty when the virtual host is the test's own; a broker
   * that was given by its URL may not let us make one, and there only names keep tests apart.
   */
  readonly prefix: string;
  /** Removes the virtual host with all that is in it. */
  drop(): Promise<void>;
}

/** Makes a virtual host that nobody else uses. */
export async function createTestVhost(): Promise<TestVhost> {
  const { url, control } = inject("services").rabbitmq;
  const name = `test-${randomBytes(6).toString("hex")}`;
  if (control === undefined) return { url, prefix: `${name}.`, drop: async () => undefined };

  await runRabbitmqControl(control, "add_vhost", name);
  const own = new URL(url);
  await runRabbitmqControl(control, "set_permissions", "-p", name, own.username, ".*", ".*", ".*");
  own.pathname = `/${name}`;
  return {
    url: own.href,
    prefix: "",
    async drop() {
      await runRabbitmqControl(control, "delete_vhost", name);
    },
  };
}
