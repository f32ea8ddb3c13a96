/** The configuration as programs use it: one address for each service, units in the names. */
import type { DatabaseTls } from "../../db/tls.ts";
import type { Settings } from "./schema.ts";
import type { Rate } from "./values.ts";

/** Everything that can be set. Addresses hold passwords: never log them. */
export interface Config {
  readonly isProduction: boolean;
  readonly log: { readonly level: Settings["log"]["level"]; readonly format: Settings["log"]["format"] };
  readonly server: {
    readonly host: string;
    readonly httpPort: number;
    readonly websocketPort: number;
    readonly readTimeoutMs: number;
    readonly writeTimeoutMs: number;
    readonly shutdownTimeoutMs: number;
    /** How long a process that was asked to stop goes on serving, not ready any more. */
    readonly drainDelayMs: number;
    readonly trustedProxies: readonly string[];
    readonly corsOrigins: readonly string[];
    readonly confirmTimeoutMs: number;
    readonly resultTimeoutMs: number;
    readonly freshOrderWaitMs: number;
  };
  readonly database: {
    /** For the API: PgBouncer's address where there is one. */
    readonly url: string;
    /** Straight to PostgreSQL, for whatever needs a session: engines, migrations, tools. */
    readonly directUrl: string;
    readonly poolSize: number;
    readonly isTransactionPool: boolean;
    readonly tls: DatabaseTls | undefined;
  };
  readonly redis: {
    readonly url: string;
    readonly keyPrefix: string;
    /** PEM; undefined: the system's own authorities. */
    readonly certificateAuthority: string | undefined;
  };
  readonly rabbitmq: {
    readonly url: string;
    readonly certificateAuthority: string | undefined;
    readonly managementUrl: string;
  };
  readonly engine: {
    readonly symbolGroup: string;
    readonly batchCommands: number;
    readonly snapshotEveryCommands: number;
    readonly snapshotEveryMs: number;
    readonly tickEveryMs: number;
    readonly cursorEveryMs: number;
    readonly followEveryMs: number;
    readonly healthPort: number;
  };
  readonly auth: {
    readonly devTokens: boolean;
    /** "" where no issuer's keys are read. */
    readonly jwksUrl: string;
    /** "" where no key is shared with the issuer. */
    readonly jwtSecret: string;
    readonly jwtIssuer: string;
    readonly jwtAudience: string;
    /** Empty: those that are usual for the kind of key. */
    readonly jwtAlgorithms: readonly string[];
    readonly jwtClockToleranceMs: number;
    readonly signatureWindowMs: number;
    /** `id:base64`, the first of them the one in use. */
    readonly keyEncryptionKeys: readonly string[];
  };
  readonly limits: {
    readonly bodyBytes: number;
    readonly batchBodyBytes: number;
    /** Null: no limit. */
    readonly orders: Rate | null;
    readonly cancels: Rate | null;
    readonly reads: Rate | null;
    readonly address: Rate | null;
  };
  readonly stream: {
    readonly maxConnections: number;
    readonly maxConnectionsPerAddress: number;
    readonly maxChannels: number;
    readonly maxMessagesPerSecond: number;
    readonly bufferBytes: number;
    readonly idleTimeoutMs: number;
    readonly messagesPerSecond: number;
    readonly depthLevels: number;
  };
  readonly symbols: { readonly groups: readonly string[] };
  readonly telemetry: {
    readonly metricsHost: string;
    /** 0: no metrics. */
    readonly metricsPort: number;
    readonly traces: boolean;
    readonly otlpEndpoint: string;
    readonly traceOneIn: number;
  };
  readonly embedded: { readonly dataDirectory: string };
}

/**
 * Puts checked settings into the form that programs use.
 * @param given the names of the settings that somebody gave, as against defaults
 */
export function toConfig(settings: Settings, given: ReadonlySet<string>): Config {
  const {
    environment,
    log,
    server,
    database,
    redis,
    rabbitmq,
    engine,
    auth,
    limits,
    stream,
    symbols,
    telemetry,
    embedded,
  } = settings;
  const parts = { ...database, path: database.name, pathKey: "name" };
  const databaseUrl = serviceAddress("postgres:", "database", parts, given);
  return {
    isProduction: environment === "production",
    log,
    server: {
      host: server.host,
      httpPort: server.http_port,
      websocketPort: server.websocket_port,
      readTimeoutMs: server.read_timeout,
      writeTimeoutMs: server.write_timeout,
      shutdownTimeoutMs: server.shutdown_timeout,
      drainDelayMs: server.drain_delay,
      trustedProxies: server.trusted_proxies,
      corsOrigins: server.cors_origins,
      confirmTimeoutMs: server.confirm_timeout,
      resultTimeoutMs: server.result_timeout,
      freshOrderWaitMs: server.fresh_order_wait,
    },
    database: {
      url: databaseUrl,
      directUrl: database.direct_url ?? databaseUrl,
      poolSize: database.pool_size,
      isTransactionPool: database.transaction_pool,
      tls: databaseTls(database.tls, database.certificate_authority),
    },
    redis: {
      url: serviceAddress(redis.tls ? "rediss:" : "redis:", "redis", redis, given),
      keyPrefix: redis.key_prefix,
      certificateAuthority: redis.certificate_authority || undefined,
    },
    rabbitmq: {
      url: serviceAddress(
        rabbitmq.tls ? "amqps:" : "amqp:",
        "rabbitmq",
        { ...rabbitmq, path: rabbitmq.vhost, pathKey: "vhost" },
        given,
      ),
      certificateAuthority: rabbitmq.certificate_authority || undefined,
      managementUrl: rabbitmq.management_url,
    },
    engine: {
      symbolGroup: engine.symbol_group,
      batchCommands: engine.batch_commands,
      snapshotEveryCommands: engine.snapshot_every_commands,
      snapshotEveryMs: engine.snapshot_interval,
      tickEveryMs: engine.tick_interval,
      cursorEveryMs: engine.cursor_interval,
      followEveryMs: engine.follow_interval,
      healthPort: engine.health_port,
    },
    auth: {
      devTokens: auth.dev_tokens,
      jwksUrl: auth.jwks_url ?? "",
      jwtSecret: auth.jwt_secret,
      jwtIssuer: auth.jwt_issuer,
      jwtAudience: auth.jwt_audience,
      jwtAlgorithms: auth.jwt_algorithms,
      jwtClockToleranceMs: auth.jwt_clock_tolerance,
      signatureWindowMs: auth.signature_window,
      keyEncryptionKeys: auth.key_encryption_keys,
    },
    limits: {
      bodyBytes: limits.body,
      batchBodyBytes: limits.batch_body,
      orders: limits.orders,
      cancels: limits.cancels,
      reads: limits.reads,
      address: limits.address,
    },
    stream: {
      maxConnections: stream.max_connections,
      maxConnectionsPerAddress: stream.max_connections_per_address,
      maxChannels: stream.max_channels,
      maxMessagesPerSecond: stream.max_messages_per_second,
      bufferBytes: stream.buffer,
      idleTimeoutMs: stream.idle_timeout,
      messagesPerSecond: stream.messages_per_second,
      depthLevels: stream.depth_levels,
    },
    symbols: { groups: symbols.groups },
    telemetry: {
      metricsHost: telemetry.metrics_host,
      metricsPort: telemetry.metrics_port,
      traces: telemetry.traces,
      otlpEndpoint: telemetry.otlp_endpoint,
      traceOneIn: telemetry.trace_one_in,
    },
    embedded: { dataDirectory: embedded.data_directory },
  };
}

/** `require` encrypts and believes whoever answers; `verify` checks certificate and name. */
function databaseTls(tls: Settings["database"]["tls"], authority: string): DatabaseTls | undefined {
  if (tls === "off") return undefined;
  return { rejectUnauthorized: tls === "verify", ...(authority !== "" && { ca: authority }) };
}

interface AddressParts {
  readonly url?: string | undefined;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** What comes after the port: a database's name, a virtual host. */
  readonly path?: string;
  readonly pathKey?: string;
}

/** One address out of an address and its parts; with an address, only parts that somebody gave change it. */
function serviceAddress(
  scheme: string,
  section: string,
  parts: AddressParts,
  given: ReadonlySet<string>,
): string {
  const counts = (key: string): boolean => parts.url === undefined || given.has(`${section}.${key}`);
  const address = new URL(parts.url ?? `${scheme}//localhost`);
  if (parts.url !== undefined && given.has(`${section}.tls`) && section !== "database") {
    // `protocol` refuses to change between schemes that URL does not know.
    address.href = address.href.replace(/^[a-z]+:/, scheme);
  }
  if (counts("host")) address.hostname = parts.host;
  if (counts("port")) address.port = String(parts.port);
  if (counts("user")) address.username = encodeURIComponent(parts.user);
  if (counts("password")) address.password = encodeURIComponent(parts.password);
  if (parts.path !== undefined && counts(parts.pathKey ?? ""))
    address.pathname = `/${encodeURIComponent(parts.path)}`;
  return address.href;
}
