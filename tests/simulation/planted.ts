import { atOnce } from "../../engine/core/steps.ts";
import type { EnginePorts } from "../../engine/engine-ports.ts";
import type {
  CommandConsumer,
  EngineRecords,
  OutboundEvent,
  Snapshot,
  SnapshotStore,
} from "../../engine/ports.ts";
import { RecentIds } from "../../engine/recent-ids.ts";
import { ByteWriter } from "../../engine/wire/byte-writer.ts";
import { decodeSnapshotBody, encodeSnapshotBody } from "../../engine/wire/snapshot.ts";
import type { Rule } from "./violation.ts";

/** A bug planted between an engine and its ports, for the simulation to find. */
export interface Plant {
  readonly name: string;
  /** The promises that it breaks: whichever is seen broken first. */
  readonly breaks: readonly Rule[];
  /** False: the records look neither at the epoch nor at the row. */
  readonly fenced?: boolean;
  readonly wrap?: (ports: EnginePorts) => EnginePorts;
}

export const PLANTS: readonly Plant[] = [
  {
    name: "no fence",
    breaks: ["one writer", "sequences without gaps"],
    fenced: false,
  },
  {
    name: "acknowledgement before commit",
    breaks: ["nothing lost"],
    wrap: (ports) => tellEarly(ports, { acknowledgements: true }),
  },
  {
    name: "reply before commit",
    breaks: ["committed before told"],
    wrap: (ports) => tellEarly(ports, { replies: true }),
  },
  {
    name: "snapshot ahead of commit",
    breaks: ["committed before told"],
    wrap: (ports) => tellEarly(ports, { snapshots: true }),
  },
  {
    name: "dedupe lost on take-over",
    breaks: ["exactly once", "records agree with the journal"],
    wrap: (ports) => ({ ...ports, snapshotStores: ports.snapshotStores.map(withoutRecentIds) }),
  },
  {
    name: "cursor moved before confirm",
    breaks: ["events in order, none skipped"],
    wrap: cursorFirst,
  },
  {
    name: "failures not counted",
    breaks: ["progress"],
    wrap: (ports) => ({
      ...ports,
      records: { ...recordsOf(ports.records), countFailure: () => Promise.resolve(1) },
    }),
  },
  {
    name: "start raises the epoch",
    breaks: ["starting fences nobody"],
    wrap: (ports) => ({
      ...ports,
      records: { ...recordsOf(ports.records), readGroup: (group) => ports.records.takeEpoch(group) },
    }),
  },
];

/** The layer that plants the early tellings, with nothing told early: no bug. */
export const NO_PLANT: Plant = { name: "none", breaks: [], wrap: (ports) => tellEarly(ports, {}) };

/** What does not wait for the commit. */
interface Early {
  readonly replies?: boolean;
  readonly acknowledgements?: boolean;
  readonly snapshots?: boolean;
}

/**
 * The engine is told at once that its batch is committed; all that it tells then waits for the commit
 * here, but for what the bug is about.
 */
function tellEarly(ports: EnginePorts, early: Early): EnginePorts {
  let committed: Promise<void> = Promise.resolve();
  let onLost: (cause: Error) => void = () => undefined;
  const later = (isEarly: boolean | undefined, tell: () => void): void => {
    if (isEarly === true) tell();
    else committed.then(tell, () => undefined);
  };
  const wait = async <T>(isEarly: boolean | undefined, tell: () => Promise<T>): Promise<T> => {
    if (isEarly !== true) await committed;
    return tell();
  };
  const { consumer, records, events, marketData } = ports;
  const earlyConsumer: CommandConsumer = {
    start: (onDelivery, lost) => {
      onLost = lost;
      return consumer.start(onDelivery, lost);
    },
    acknowledge: (tag) => later(early.acknowledgements, () => consumer.acknowledge(tag)),
    reply: (address, message) => later(early.replies, () => consumer.reply(address, message)),
    tick: () => consumer.tick(),
    close: () => consumer.close(),
  };
  const earlyRecords: EngineRecords = {
    ...recordsOf(records),
    commit: async (batch) => {
      committed = Promise.all([committed, records.commit(batch)]).then(() => undefined);
      committed.catch((cause: unknown) => onLost(cause instanceof Error ? cause : new Error("failed")));
    },
  };
  return {
    ...ports,
    consumer: earlyConsumer,
    records: earlyRecords,
    events: { publish: (list) => wait(false, () => events.publish(list)), close: () => events.close() },
    marketData: {
      write: (updates) => wait(false, () => marketData.write(updates)),
      close: () => marketData.close(),
    },
    snapshotStores: ports.snapshotStores.map((store) => ({
      name: store.name,
      save: (snapshot) => wait(early.snapshots, () => store.save(snapshot)),
      list: (group, limit) => store.list(group, limit),
      newest: (group) => store.newest(group),
    })),
  };
}

/** Snapshots come back without the ids of what was sequenced before them. */
function withoutRecentIds(store: SnapshotStore): SnapshotStore {
  const strip = (snapshot: Snapshot): Snapshot => {
    try {
      const recentIds = new ByteWriter();
      atOnce(new RecentIds().writeSteps(recentIds));
      const body = decodeSnapshotBody(snapshot.body);
      return { ...snapshot, body: encodeSnapshotBody({ ...body, recentIds: recentIds.toBytes() }) };
    } catch {
      return snapshot;
    }
  };
  return {
    name: store.name,
    save: (snapshot) => store.save(snapshot),
    list: async (group, limit) => (await store.list(group, limit)).map(strip),
    newest: (group) => store.newest(group),
  };
}

/** Publishing counts as confirmed once it has begun; it goes on, in order, until it is. */
function cursorFirst(ports: EnginePorts): EnginePorts {
  const { events } = ports;
  const untilConfirmed = async (list: readonly OutboundEvent[]): Promise<void> => {
    for (;;) {
      try {
        return await events.publish(list);
      } catch {
        await ports.timers.breathe();
      }
    }
  };
  let last: Promise<void> = Promise.resolve();
  return {
    ...ports,
    events: {
      publish: async (list) => {
        last = last.then(() => untilConfirmed(list));
      },
      close: () => events.close(),
    },
  };
}

function recordsOf(records: EngineRecords): EngineRecords {
  return {
    readGroup: (group) => records.readGroup(group),
    takeEpoch: (group) => records.takeEpoch(group),
    readJournal: (group, after, limit) => records.readJournal(group, after, limit),
    journalAt: (group, sequence) => records.journalAt(group, sequence),
    readSymbols: (group) => records.readSymbols(group),
    commit: (batch) => records.commit(batch),
    movePublished: (group, epoch, sequence) => records.movePublished(group, epoch, sequence),
    countFailure: (group, commandId) => records.countFailure(group, commandId),
    readFailures: (group) => records.readFailures(group),
    nowMs: () => records.nowMs(),
    close: () => records.close(),
  };
}
