import { OpenAPIHono, z } from "@hono/zod-openapi";
import {
  orderEventSchema,
  riskEventSchema,
  settlementEventSchema,
  symbolEventSchema,
  tradeEventSchema,
} from "../../schemas/events.ts";
import { marketMessages } from "../../schemas/stream-market.ts";
import { orderMessages } from "../../schemas/stream-orders.ts";
import { replyMessages, STREAM_CLOSE_CODES, STREAM_ERROR_CODES } from "../../schemas/stream-replies.ts";
import { streamRequestSchema } from "../../schemas/stream-requests.ts";

/**
 * The AsyncAPI 3 document: the WebSocket and the broker's events, out of the zod schemas that the code parses
 * by.
 */

type Json = Record<string, unknown>;

/** Channel of the exchange: its routing keys, and the queue that the product offers for them, if any. */
interface EventChannel {
  readonly name: string;
  readonly address: string;
  readonly queue: string | null;
  readonly message: z.ZodType;
  readonly words: string;
}

const PAIR_PARAMETER = { description: "The pair with a hyphen, as in BTC-USDT." };
const STATE_PARAMETER = { description: "The new state in small letters, as in partially_filled." };

const EVENT_CHANNELS: readonly EventChannel[] = [
  {
    name: "orders",
    address: "orders.{pair}.{state}",
    queue: "order-events",
    message: orderEventSchema,
    words: "States of orders, one routing key a state.",
  },
  {
    name: "trades",
    address: "trades.{pair}",
    queue: "trade-notifications",
    message: tradeEventSchema,
    words: "Trades, with both sides.",
  },
  {
    name: "risk",
    address: "risk.{pair}",
    queue: "risk-management",
    message: riskEventSchema,
    words: "What each order that was touched holds back.",
  },
  {
    name: "settlements",
    address: "settlements.{pair}",
    queue: "settlements",
    message: settlementEventSchema,
    words: "What trades move, and what ended orders set free: exact amounts.",
  },
  {
    name: "symbols",
    address: "symbols.{pair}.{state}",
    queue: null,
    message: symbolEventSchema,
    words: "Definitions of pairs and changes of their status.",
  },
];

const STREAM_WORDS = [
  "One JSON object a text message. Clients are told apart by `op`, servers by `type`.",
  "",
  "Close codes: " +
    Object.entries(STREAM_CLOSE_CODES)
      .map(([name, code]) => `${code} ${name}`)
      .join(", ") +
    ".",
  "",
  "Error codes of the stream's own:",
  "",
  ...Object.entries(STREAM_ERROR_CODES).map(([code, meaning]) => `- \`${code}\`: ${meaning}`),
].join("\n");

const INFO_WORDS =
  "What the trade engine tells without being asked each time: the WebSocket for clients, and the events on RabbitMQ for the systems beside it. HTTP is described by `/openapi.json`.";

/** @param version the program's */
export function asyncDocument(version: string): Json {
  const schemas = new Schemas();
  const requests = streamRequestSchema.options.map((schema) => schemas.add(schema));
  const answers = [...replyMessages, ...marketMessages, ...orderMessages].map((schema) =>
    schemas.add(schema),
  );
  const events = EVENT_CHANNELS.map((channel) => ({ ...channel, schema: schemas.add(channel.message) }));
  const messages: Json = {};
  for (const name of [...requests, ...answers, ...events.map(({ schema }) => schema)]) {
    messages[name] = {
      name,
      title: name,
      contentType: "application/json",
      payload: { $ref: `#/components/schemas/${name}` },
    };
  }
  const channels: Json = {
    stream: {
      address: "/ws",
      title: "The stream",
      description: STREAM_WORDS,
      servers: [{ $ref: "#/servers/websocket" }],
      messages: refs([...requests, ...answers], "#/components/messages"),
      bindings: { ws: { method: "GET" } },
    },
  };
  const operations: Json = {
    ask: {
      action: "receive",
      channel: { $ref: "#/channels/stream" },
      summary: "What a client sends",
      messages: refList(requests, "stream"),
    },
    tell: {
      action: "send",
      channel: { $ref: "#/channels/stream" },
      summary: "What the server sends",
      messages: refList(answers, "stream"),
    },
  };
  for (const { name, address, words, schema, queue } of events) {
    channels[name] = eventChannel(address, words, schema);
    operations[`publish-${name}`] = {
      action: "send",
      channel: { $ref: `#/channels/${name}` },
      summary: words,
      messages: refList([schema], name),
      bindings: { amqp: { deliveryMode: 2, mandatory: false } },
      ...(queue === null
        ? {}
        : { description: `The queue \`${queue}\` has all of them; declare others as you need.` }),
    };
  }
  return {
    asyncapi: "3.0.0",
    info: { title: "Trade engine", version, description: INFO_WORDS },
    defaultContentType: "application/json",
    servers: {
      websocket: {
        host: "localhost:8080",
        protocol: "ws",
        description: "Any API process, on its own port and on server.websocket_port; wss behind a balancer.",
      },
      broker: { host: "localhost:5672", protocol: "amqp", description: "RabbitMQ." },
    },
    channels,
    operations,
    components: { messages, schemas: schemas.made() },
  };
}

function eventChannel(address: string, description: string, message: string): Json {
  return {
    address,
    description: `${description} At least once and in order of each group; published after the commit.`,
    servers: [{ $ref: "#/servers/broker" }],
    parameters: {
      pair: PAIR_PARAMETER,
      ...(address.includes("{state}") ? { state: STATE_PARAMETER } : {}),
    },
    messages: refs([message], "#/components/messages"),
    bindings: {
      amqp: {
        is: "routingKey",
        exchange: { name: "events", type: "topic", durable: true, autoDelete: false },
      },
    },
  };
}

function refs(names: readonly string[], at: string): Json {
  return Object.fromEntries(names.map((name) => [name, { $ref: `${at}/${name}` }]));
}

function refList(names: readonly string[], channel: string): Json[] {
  return names.map((name) => ({ $ref: `#/channels/${channel}/messages/${name}` }));
}

/** JSON schemas of zod objects, by the names that they were given. */
class Schemas {
  readonly #maker = new OpenAPIHono();

  /** Returns the schema's name. */
  add(schema: z.ZodType): string {
    const name = nameOf(schema);
    this.#maker.openAPIRegistry.register(name, schema);
    return name;
  }

  made(): unknown {
    return asDraft07(schemasOf(this.#maker));
  }
}

/** As something else would refer to it. */
function nameOf(schema: z.ZodType): string {
  const maker = new OpenAPIHono();
  maker.openAPIRegistry.register("Referring", z.array(schema));
  const { items } = schemasOf(maker)["Referring"] as { items: { $ref?: string } };
  const name = items.$ref?.split("/").at(-1);
  if (name === undefined) throw new Error("a message without a name");
  return name;
}

function schemasOf(maker: OpenAPIHono): Json {
  const info = { title: "", version: "" };
  return (maker.getOpenAPI31Document({ openapi: "3.1.0", info }).components?.schemas ?? {}) as Json;
}

/** AsyncAPI's schemas are of JSON Schema's draft 07, where a tuple's places stand in `items`. */
function asDraft07(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asDraft07);
  if (typeof value !== "object" || value === null) return value;
  const result: Json = {};
  for (const [key, part] of Object.entries(value)) {
    if (key === "prefixItems") {
      result["items"] = asDraft07(part);
      result["additionalItems"] = false;
      // OpenAPI's word for what `anyOf` and a constant in each say as well.
    } else if (key === "discriminator") continue;
    else if (key === "example") result["examples"] = [part];
    else if (!(key === "items" && "prefixItems" in value)) result[key] = asDraft07(part);
  }
  return result;
}
