/**
 * Every metric there is: its name, what it counts, its labels. The one place: programs register from here,
 * docs/observability.md has its table from here, and a test holds the alert rules and the dashboard to it.
 *
 * Durations are in seconds and sizes in bytes, as Prometheus' conventions ask. `group` is a symbol group.
 */

export type MetricKind = "counter" | "gauge" | "histogram";

export interface MetricDefinition {
  readonly name: string;
  readonly kind: MetricKind;
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds of a histogram's buckets. */
  readonly buckets?: readonly number[];
  /** Which programs have it; the embedded run has all of them. */
  readonly programs: readonly ("api" | "engine")[];
}

/** From half a millisecond, what a commit takes on a fast disk, to the deadlines of requests. */
const LATENCY = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10,
] as const;
/** Matching takes microseconds. */
const MATCHING = [
  0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25,
];
const BATCH = [1, 2, 5, 10, 25, 50, 100, 200, 350, 500, 1_000, 2_500] as const;
const BYTES = [256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304] as const;

const API = ["api"] as const;
const ENGINE = ["engine"] as const;
const BOTH = ["api", "engine"] as const;

export const catalogue = {
  // ── HTTP ──────────────────────────────────────────────────────────────────────────────────────
  httpSeconds: {
    name: "trade_engine_http_request_duration_seconds",
    kind: "histogram",
    help: "Time from a request to the head of its answer, by route",
    labels: ["method", "route", "status"],
    buckets: LATENCY,
    programs: API,
  },
  httpInFlight: {
    name: "trade_engine_http_requests_in_flight",
    kind: "gauge",
    help: "Requests that are being answered",
    labels: [],
    programs: API,
  },
  // ── commands on their way ─────────────────────────────────────────────────────────────────────
  commandsPublished: {
    name: "trade_engine_commands_published_total",
    kind: "counter",
    help: "Commands handed to the queue",
    labels: ["group"],
    programs: API,
  },
  commandsConfirmed: {
    name: "trade_engine_commands_confirmed_total",
    kind: "counter",
    help: "Commands by what the queue said of them: durable, not-sent, uncertain (nobody knows)",
    labels: ["group", "confirmation"],
    programs: API,
  },
  confirmSeconds: {
    name: "trade_engine_confirm_duration_seconds",
    kind: "histogram",
    help: "Time from handing a message to the queue to its confirm",
    labels: ["group"],
    buckets: LATENCY,
    programs: API,
  },
  commandSeconds: {
    name: "trade_engine_command_duration_seconds",
    kind: "histogram",
    help: "End to end: time from taking a command on to its outcome (queue, matching, commit and reply in it)",
    labels: ["group"],
    buckets: LATENCY,
    programs: API,
  },
  commandsSettled: {
    name: "trade_engine_commands_settled_total",
    kind: "counter",
    help: "Commands by how the wait for their outcome ended: outcome, not-sent, uncertain (202 to the caller)",
    labels: ["group", "settlement"],
    programs: API,
  },
  commandsPending: {
    name: "trade_engine_commands_pending",
    kind: "gauge",
    help: "Commands of this process that wait for their confirm or their outcome",
    labels: [],
    programs: API,
  },
  // ── WebSocket ─────────────────────────────────────────────────────────────────────────────────
  webSocketClients: {
    name: "trade_engine_websocket_clients",
    kind: "gauge",
    help: "WebSocket clients that are connected",
    labels: [],
    programs: API,
  },
  webSocketMessages: {
    name: "trade_engine_websocket_messages_total",
    kind: "counter",
    help: "Messages sent to WebSocket clients",
    labels: [],
    programs: API,
  },
  webSocketDrops: {
    name: "trade_engine_websocket_drops_total",
    kind: "counter",
    help: "WebSocket clients cut off by us, by reason (too slow, idle, over a limit, …)",
    labels: ["reason"],
    programs: API,
  },
  // ── the engine's state ────────────────────────────────────────────────────────────────────────
  engineState: {
    name: "trade_engine_engine_state",
    kind: "gauge",
    help: "1 for the state that the engine is in: starting, waiting (stands by), promoting, active, ended",
    labels: ["group", "state"],
    programs: ENGINE,
  },
  epoch: {
    name: "trade_engine_epoch",
    kind: "gauge",
    help: "The epoch that this engine took at its promotion; 0 before",
    labels: ["group"],
    programs: ENGINE,
  },
  lastSequence: {
    name: "trade_engine_last_sequence",
    kind: "gauge",
    help: "Sequence of the last command that this engine committed",
    labels: ["group"],
    programs: ENGINE,
  },
  publishedSequence: {
    name: "trade_engine_published_sequence",
    kind: "gauge",
    help: "Up to here this engine's events are published",
    labels: ["group"],
    programs: ENGINE,
  },
  promotions: {
    name: "trade_engine_promotions_total",
    kind: "counter",
    help: "Promotions, by where the state came from: redis, postgres (snapshots), journal, memory",
    labels: ["group", "source"],
    programs: ENGINE,
  },
  recoverySeconds: {
    name: "trade_engine_recovery_duration_seconds",
    kind: "gauge",
    help: "How long the last promotion took, from the first delivery to being able to match",
    labels: ["group"],
    programs: ENGINE,
  },
  recoveryReplayed: {
    name: "trade_engine_recovery_replayed_commands",
    kind: "gauge",
    help: "Commands of the journal that the last promotion applied again",
    labels: ["group"],
    programs: ENGINE,
  },
  standbyLag: {
    name: "trade_engine_standby_lag_commands",
    kind: "gauge",
    help: "How many sequences this stand-by's warm copy is behind the group's row; 0 while active",
    labels: ["group"],
    programs: ENGINE,
  },
  // ── the engine's work ─────────────────────────────────────────────────────────────────────────
  commandsCommitted: {
    name: "trade_engine_commands_committed_total",
    kind: "counter",
    help: "Commands committed",
    labels: ["group"],
    programs: ENGINE,
  },
  batchCommands: {
    name: "trade_engine_batch_commands",
    kind: "histogram",
    help: "Commands of one batch (one commit)",
    labels: ["group"],
    buckets: BATCH,
    programs: ENGINE,
  },
  batchBytes: {
    name: "trade_engine_batch_bytes",
    kind: "histogram",
    help: "Bytes of one batch in the journal",
    labels: ["group"],
    buckets: BYTES,
    programs: ENGINE,
  },
  matchSeconds: {
    name: "trade_engine_match_duration_seconds",
    kind: "histogram",
    help: "Time that one turn of matching took: decoding, sequencing and applying what was delivered together",
    labels: ["group"],
    buckets: MATCHING,
    programs: ENGINE,
  },
  commandsMatched: {
    name: "trade_engine_commands_matched_total",
    kind: "counter",
    help: "Commands applied in those turns",
    labels: ["group"],
    programs: ENGINE,
  },
  commitSeconds: {
    name: "trade_engine_commit_duration_seconds",
    kind: "histogram",
    help: "Time that the commit of a batch took in the database",
    labels: ["group"],
    buckets: LATENCY,
    programs: ENGINE,
  },
  commandAge: {
    name: "trade_engine_command_age_seconds",
    kind: "histogram",
    help: "Age of each batch's first command when it was committed, from the time in its id",
    labels: ["group"],
    buckets: LATENCY,
    programs: ENGINE,
  },
  redeliveries: {
    name: "trade_engine_redeliveries_total",
    kind: "counter",
    help: "Messages that the broker delivered again",
    labels: ["group"],
    programs: ENGINE,
  },
  duplicates: {
    name: "trade_engine_duplicates_total",
    kind: "counter",
    help: "Commands that were sequenced before and got their recorded answer",
    labels: ["group"],
    programs: ENGINE,
  },
  malformed: {
    name: "trade_engine_malformed_total",
    kind: "counter",
    help: "Undecodable commands, journaled as refusals",
    labels: ["group"],
    programs: ENGINE,
  },
  poison: {
    name: "trade_engine_poison_total",
    kind: "counter",
    help: "Commands that made engines fail and are refused for good",
    labels: ["group"],
    programs: ENGINE,
  },
  degraded: {
    name: "trade_engine_degraded_total",
    kind: "counter",
    help: "Failures of something that the engine goes on without (snapshot store, events, market data, ticks)",
    labels: ["group", "what"],
    programs: ENGINE,
  },
  eventsPublished: {
    name: "trade_engine_events_published_total",
    kind: "counter",
    help: "Event messages published and confirmed",
    labels: ["group"],
    programs: ENGINE,
  },
  // ── what waits and what is held ───────────────────────────────────────────────────────────────
  queueMessages: {
    name: "trade_engine_queue_messages",
    kind: "gauge",
    help: "Messages on the group's command queue, those that an engine holds unacknowledged included",
    labels: ["group"],
    programs: ENGINE,
  },
  queueAge: {
    name: "trade_engine_queue_age_seconds",
    kind: "gauge",
    help: "How long the oldest command on the queue has waited, as the active engine sees it; 0: none waits",
    labels: ["group"],
    programs: ENGINE,
  },
  openOrders: {
    name: "trade_engine_open_orders",
    kind: "gauge",
    help: "Open orders in the active engine's books, waiting stops included",
    labels: ["group"],
    programs: ENGINE,
  },
  bookLevels: {
    name: "trade_engine_book_levels",
    kind: "gauge",
    help: "Price levels on a side of a symbol's book",
    labels: ["group", "symbol", "side"],
    programs: ENGINE,
  },
  snapshotAge: {
    name: "trade_engine_snapshot_age_seconds",
    kind: "gauge",
    help: "Time since this engine last saved a snapshot to the store",
    labels: ["group", "store"],
    programs: ENGINE,
  },
  snapshotLag: {
    name: "trade_engine_snapshot_lag_commands",
    kind: "gauge",
    help: "Commands committed since the newest snapshot: what a recovery would apply again",
    labels: ["group"],
    programs: ENGINE,
  },
  snapshotBytes: {
    name: "trade_engine_snapshot_bytes",
    kind: "gauge",
    help: "Size of the last snapshot saved",
    labels: ["group", "store"],
    programs: ENGINE,
  },
  snapshotsPassedOver: {
    name: "trade_engine_snapshots_passed_over_total",
    kind: "counter",
    help: "Snapshots that a recovery could not use",
    labels: ["group", "store"],
    programs: ENGINE,
  },
  // ── every process ─────────────────────────────────────────────────────────────────────────────
  connectionEvents: {
    name: "trade_engine_connection_events_total",
    kind: "counter",
    help: "What happened to connections to RabbitMQ and Redis: connected, lost, failed, refused, nacked, returned, …",
    labels: ["service", "connection", "event"],
    programs: BOTH,
  },
  brokerBlocked: {
    name: "trade_engine_broker_blocked",
    kind: "gauge",
    help: "1 while RabbitMQ blocks the connection (its disk or memory alarm)",
    labels: ["connection"],
    programs: BOTH,
  },
  maintenance: {
    name: "trade_engine_maintenance_total",
    kind: "counter",
    help: "Runs of maintenance (partitions, retention, old keys) by result: ok, failed",
    labels: ["result"],
    programs: BOTH,
  },
  maintenanceSuccess: {
    name: "trade_engine_maintenance_last_success_timestamp_seconds",
    kind: "gauge",
    help: "When maintenance last succeeded in this process, seconds since 1970",
    labels: [],
    programs: BOTH,
  },
  buildInfo: {
    name: "trade_engine_build_info",
    kind: "gauge",
    help: "1, with the version of the engine and of the runtime in the labels",
    labels: ["program", "version", "runtime"],
    programs: BOTH,
  },
  loopLag: {
    name: "trade_engine_event_loop_lag_seconds",
    kind: "histogram",
    help: "How much later than asked for the event loop came back to a timer",
    labels: [],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
    programs: BOTH,
  },
  residentMemory: {
    name: "process_resident_memory_bytes",
    kind: "gauge",
    help: "Resident memory of the process",
    labels: [],
    programs: BOTH,
  },
  cpuSeconds: {
    name: "process_cpu_seconds_total",
    kind: "counter",
    help: "Processor time that the process has used",
    labels: [],
    programs: BOTH,
  },
  startTime: {
    name: "process_start_time_seconds",
    kind: "gauge",
    help: "When the process was started, seconds since 1970",
    labels: [],
    programs: BOTH,
  },
} as const satisfies Record<string, MetricDefinition>;

export type MetricKey = keyof typeof catalogue;
