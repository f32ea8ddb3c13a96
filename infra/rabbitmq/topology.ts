import type { Channel, ChannelModel } from "amqplib";
import { UnavailableError } from "../../engine/ports.ts";
import { faultCode } from "./connection.ts";

/**
 * Exchanges and queues, declared by the programs that use them, as often as they like:
 *
 * | name | kind | declared by |
 * |---|---|---|
 * | `commands` | direct exchange; routing key = group | whoever comes first with the right to |
 * | `commands.<group>` | quorum queue, single active consumer, no delivery limit | the group's engines |
 * | `commands.<group>.settled`, `events.settled` | exchanges without use, marks (`declareAndBind`) | engines |
 * | `replies.<process>` | exclusive, transient, goes with its process | each API process |
 * | `events` | topic exchange | engines |
 * | `order-events`, `trade-notifications`, `risk-management`, `settlements` | quorum queues bound to `events` | engines |
 *
 * Rights, as RabbitMQ's three patterns (a test holds them to be enough):
 *
 * | user | configure | write | read |
 * |---|---|---|---|
 * | API | `^replies\.` | `^commands$` | `^replies\.` |
 * | engine | E | `E\|^amq\.default$` | E |
 *
 * E = `^(commands|events)(\.|$)|^(order-events|trade-notifications|risk-management|settlements)$`
 */
export interface TopologyNames {
  readonly commandExchange: string;
  readonly eventExchange: string;
  readonly replyPrefix: string;
  commandQueue(group: string): string;
  eventQueue(name: string): string;
}

export function topologyNames(prefix = ""): TopologyNames {
  return {
    commandExchange: `${prefix}commands`,
    eventExchange: `${prefix}events`,
    replyPrefix: `${prefix}replies.`,
    commandQueue: (group) => `${prefix}commands.${group}`,
    eventQueue: (name) => `${prefix}${name}`,
  };
}

/**
 * What others take events from, with the routing keys each gets. A queue that nobody reads loses its
 * oldest messages at its limit instead of filling the broker's disk (which would stop trading):
 * whoever finds a gap in the sequences reads the journal's history instead.
 */
export const EVENT_QUEUES: readonly {
  readonly name: string;
  readonly binding: string;
  readonly maxBytes: number;
}[] = [
  { name: "order-events", binding: "orders.#", maxBytes: 1 << 30 },
  { name: "trade-notifications", binding: "trades.#", maxBytes: 1 << 30 },
  { name: "risk-management", binding: "risk.#", maxBytes: 1 << 30 },
  { name: "settlements", binding: "settlements.#", maxBytes: 4 * (1 << 30) },
];

const NOT_FOUND = "404";
const PRECONDITION_FAILED = "406";

/** The broker's version, "3.10.8" say; "" when it does not tell. */
function serverVersion(model: ChannelModel): string {
  return model.connection.serverProperties.version ?? "";
}

/**
 * Arguments of a command queue.
 *
 * A closed channel counts as a delivery, so a delivery limit would throw confirmed orders away after
 * a few crashes. RabbitMQ 3.x has none unless asked; 4.x has 20 unless told −1.
 */
export function commandQueueArguments(version: string): Record<string, string | number | boolean> {
  const major = Number.parseInt(version, 10);
  return {
    "x-queue-type": "quorum",
    "x-single-active-consumer": true,
    ...(major >= 4 ? { "x-delivery-limit": -1 } : {}),
  };
}

/**
 * Makes sure that the command exchange is there. An API's user may lack the right to declare it:
 * looking needs none, so it looks first.
 */
export async function ensureCommandExchange(model: ChannelModel, names: TopologyNames): Promise<void> {
  const found = await succeeds(model, NOT_FOUND, (channel) => channel.checkExchange(names.commandExchange));
  if (found) return;
  await onChannel(model, (channel) =>
    channel.assertExchange(names.commandExchange, "direct", { durable: true }),
  );
}

/**
 * Declares a group's command queue and binds it.
 * @param settleMs how long a new queue waits before it is bound (`RabbitOptions.newQueueSettleMs`)
 * @throws UnavailableError when a queue of that name is of another kind
 */
export async function declareGroup(
  model: ChannelModel,
  names: TopologyNames,
  group: string,
  settleMs: number,
): Promise<void> {
  await ensureCommandExchange(model, names);
  const queue = names.commandQueue(group);
  await declareAndBind(model, `${queue}.settled`, settleMs, [
    {
      queue,
      arguments: commandQueueArguments(serverVersion(model)),
      exchange: names.commandExchange,
      routingKey: group,
      // Also what a 3.x broker's queue is after an upgrade to 4.x: going on would mean a delivery limit.
      strict: true,
    },
  ]);
}

/** Declares the topic exchange and the queues that the product offers on it. */
export async function declareEvents(
  model: ChannelModel,
  names: TopologyNames,
  settleMs: number,
): Promise<void> {
  await onChannel(model, (channel) =>
    channel.assertExchange(names.eventExchange, "topic", { durable: true }),
  );
  await declareAndBind(
    model,
    `${names.eventExchange}.settled`,
    settleMs,
    EVENT_QUEUES.map(({ name, binding, maxBytes }) => ({
      queue: names.eventQueue(name),
      arguments: { "x-queue-type": "quorum", "x-max-length-bytes": maxBytes, "x-overflow": "drop-head" },
      exchange: names.eventExchange,
      routingKey: binding,
      // An operator may have made it with limits of his own: that queue is as good.
      strict: false,
    })),
  );
}

interface QueueDeclaration {
  readonly queue: string;
  readonly arguments: Record<string, string | number | boolean>;
  readonly exchange: string;
  readonly routingKey: string;
  /** Whether a queue with other arguments is a fault. */
  readonly strict: boolean;
}

/**
 * Declares queues, and binds them once they have settled. That they have is marked by a durable
 * exchange that carries nothing: of two processes that start together, the one that finds the
 * other's queue already there must wait as well.
 */
async function declareAndBind(
  model: ChannelModel,
  marker: string,
  settleMs: number,
  declarations: readonly QueueDeclaration[],
): Promise<void> {
  let settled = await succeeds(model, NOT_FOUND, (channel) => channel.checkExchange(marker));
  for (const declaration of declarations) {
    const { queue, strict } = declaration;
    const existed = await succeeds(model, NOT_FOUND, (channel) => channel.checkQueue(queue));
    const declared = await succeeds(model, PRECONDITION_FAILED, (channel) =>
      channel.assertQueue(queue, { durable: true, arguments: declaration.arguments }),
    );
    if (!declared && strict) {
      throw new UnavailableError(
        "rabbitmq",
        `queue ${queue} exists with other arguments: drain and delete it`,
      );
    }
    settled &&= existed;
  }
  if (!settled) await new Promise((resolve) => setTimeout(resolve, settleMs));
  await onChannel(model, async (channel) => {
    for (const { queue, exchange, routingKey } of declarations) {
      await channel.bindQueue(queue, exchange, routingKey);
    }
    if (!settled) await channel.assertExchange(marker, "fanout", { durable: true, internal: true });
  });
}

/** True if it worked; false if the broker refused it with this code; anything else is thrown. */
async function succeeds(
  model: ChannelModel,
  refusal: string,
  work: (channel: Channel) => Promise<unknown>,
): Promise<boolean> {
  try {
    await onChannel(model, work);
    return true;
  } catch (error) {
    if (faultCode(error) === refusal) return false;
    throw error;
  }
}

/** Works on a channel of its own, because a refusal closes the channel that it came on. */
async function onChannel(model: ChannelModel, work: (channel: Channel) => Promise<unknown>): Promise<void> {
  const channel = await model.createChannel();
  let open = true;
  channel.on("close", () => {
    open = false;
  });
  channel.on("error", () => {});
  await work(channel);
  if (open) await channel.close();
}
