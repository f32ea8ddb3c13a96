/**
 * Every setting there is: its name in the YAML file, what it may be, and its default. The name of its environment
 * variable follows from it: `server.http_port` is TRADE_ENGINE_SERVER_HTTP_PORT.
 *
 * config.example.yaml has the same settings with a word on each; a test keeps the two in step.
 */
import { z } from "zod";
import {
  address,
  certificate,
  duration,
  oneOf,
  port,
  rate,
  secret,
  size,
  text,
  texts,
  wholeNumber,
  yesOrNo,
} from "./values.ts";

/** Settings as they are written. Durations are read as milliseconds, sizes as bytes. */
export const settingsSchema = z.strictObject({
  environment: oneOf("development", "production").default("development"),
  log: z.strictObject({
    level: oneOf("trace", "debug", "info", "warn", "error", "fatal").default("info"),
    format: oneOf("auto", "json", "pretty").default("auto"),
  }),
  server: z.strictObject({
    host: text().default("127.0.0.1"),
    http_port: port().default(8080),
    websocket_port: port().default(8081),
    read_timeout: duration().prefault("15s"),
    write_timeout: duration().prefault("15s"),
    shutdown_timeout: duration().prefault("20s"),
    drain_delay: duration().prefault("0ms"),
    trusted_proxies: texts().prefault([]),
    cors_origins: texts().prefault([]),
    confirm_timeout: duration().prefault("5s"),
    result_timeout: duration().prefault("5s"),
    fresh_order_wait: duration().prefault("1s"),
  }),
  database: z.strictObject({
    url: address("postgres", "postgresql").optional(),
    host: text().default("localhost"),
    port: port().default(5432),
    name: text().default("trade_engine_db"),
    user: text().default("trade_engine_user"),
    password: secret().default(""),
    pool_size: wholeNumber(1, 1_000).default(10),
    transaction_pool: yesOrNo().default(false),
    direct_url: address("postgres", "postgresql").optional(),
    tls: oneOf("off", "require", "verify").default("off"),
    certificate_authority: certificate().default(""),
  }),
  redis: z.strictObject({
    url: address("redis", "rediss").optional(),
    host: text().default("localhost"),
    port: port().default(6379),
    user: secret().default(""),
    password: secret().default(""),
    key_prefix: secret().default(""),
    tls: yesOrNo().default(false),
    certificate_authority: certificate().default(""),
  }),
  rabbitmq: z.strictObject({
    url: address("amqp", "amqps").optional(),
    host: text().default("localhost"),
    port: port().default(5672),
    vhost: text().default("/"),
    user: text().default("guest"),
    password: secret().default(""),
    tls: yesOrNo().default(false),
    certificate_authority: certificate().default(""),
    management_url: address("http", "https").default("http://localhost:15672"),
  }),
  engine: z.strictObject({
    symbol_group: text().default("main"),
    batch_commands: wholeNumber(1, 10_000).default(500),
    snapshot_every_commands: wholeNumber(1, 1_000_000_000).default(200_000),
    snapshot_interval: duration().prefault("60s"),
    tick_interval: duration().prefault("1s"),
    cursor_interval: duration().prefault("100ms"),
    follow_interval: duration().prefault("20ms"),
    health_port: wholeNumber(0, 65_535).default(8082),
  }),
  auth: z.strictObject({
    dev_tokens: yesOrNo().default(false),
    jwks_url: address("https", "http").optional(),
    jwt_secret: secret().default(""),
    jwt_issuer: secret().default(""),
    jwt_audience: secret().default(""),
    jwt_algorithms: texts().prefault([]),
    jwt_clock_tolerance: duration().prefault("5s"),
    signature_window: duration(60_000).prefault("5s"),
    key_encryption_keys: texts().prefault([]),
  }),
  limits: z.strictObject({
    body: size().prefault("64KiB"),
    batch_body: size().prefault("256KiB"),
    orders: rate().prefault("200/s"),
    cancels: rate().prefault("400/s"),
    reads: rate().prefault("200/s"),
    address: rate().prefault("2000/s"),
  }),
  stream: z.strictObject({
    max_connections: wholeNumber(1, 1_000_000).default(10_000),
    max_connections_per_address: wholeNumber(1, 1_000_000).default(100),
    max_channels: wholeNumber(1, 10_000).default(200),
    max_messages_per_second: wholeNumber(1, 10_000).default(20),
    buffer: size().prefault("512KiB"),
    idle_timeout: duration().prefault("30s"),
    messages_per_second: wholeNumber(100, 10_000_000).default(40_000),
    depth_levels: wholeNumber(10, 100_000).default(1_000),
  }),
  symbols: z.strictObject({
    groups: texts().prefault(["main"]),
  }),
  telemetry: z.strictObject({
    metrics_host: text().default("127.0.0.1"),
    metrics_port: port().default(9464),
    traces: yesOrNo().default(false),
    otlp_endpoint: address("http", "https").default("http://localhost:4318"),
    trace_one_in: wholeNumber(1, 1_000_000).default(1),
  }),
  embedded: z.strictObject({
    data_directory: text().default(".data"),
  }),
});

/** Settings once they are checked. */
export type Settings = z.output<typeof settingsSchema>;

/** Settings whose values appear in no message and no log. */
export const secretSettings: ReadonlySet<string> = new Set([
  "auth.jwt_secret",
  "auth.key_encryption_keys",
  "database.url",
  "database.password",
  "database.direct_url",
  "redis.url",
  "redis.password",
  "rabbitmq.url",
  "rabbitmq.password",
]);

/** The short names of .env.example, and the settings that they stand for. */
export const plainNames: Readonly<Record<string, string>> = {
  TRADE_ENGINE_SYMBOL_GROUP: "engine.symbol_group",
  TRADE_ENGINE_DATA_DIRECTORY: "embedded.data_directory",
  LOG_LEVEL: "log.level",
  SERVER_HOST: "server.host",
  SERVER_HTTP_PORT: "server.http_port",
  SERVER_WEBSOCKET_PORT: "server.websocket_port",
  DATABASE_URL: "database.url",
  POSTGRES_URL: "database.url",
  POSTGRES_DIRECT_URL: "database.direct_url",
  POSTGRES_HOST: "database.host",
  POSTGRES_PORT: "database.port",
  POSTGRES_DB: "database.name",
  POSTGRES_USER: "database.user",
  POSTGRES_PASSWORD: "database.password",
  REDIS_URL: "redis.url",
  REDIS_HOST: "redis.host",
  REDIS_PORT: "redis.port",
  REDIS_USER: "redis.user",
  REDIS_PASSWORD: "redis.password",
  RABBITMQ_URL: "rabbitmq.url",
  RABBITMQ_HOST: "rabbitmq.host",
  RABBITMQ_PORT: "rabbitmq.port",
  RABBITMQ_VHOST: "rabbitmq.vhost",
  RABBITMQ_USER: "rabbitmq.user",
  RABBITMQ_PASSWORD: "rabbitmq.password",
};
