import { z } from "zod";

/** What an archive says of itself before its data; JSON in its first frame. */
export const ARCHIVE_FORMAT = "trade-engine backup";
export const ARCHIVE_VERSION = 1;

const name = z.string().regex(/^[a-z_][a-z0-9_]*$/);

export const archiveHeader = z.object({
  format: z.literal(ARCHIVE_FORMAT),
  version: z.number().int(),
  /** When the snapshot was taken, ISO 8601. */
  takenAt: z.string(),
  postgres: z.string(),
  /** Every migration applied, in order, with the hash of its file. */
  migrations: z.array(z.object({ name: z.string(), hash: z.string() })),
  /** Partitions beside the default ones, which have to be there before their rows come. */
  partitions: z.array(z.object({ table: name, name, from: z.string(), to: z.string() })),
  sequences: z.array(z.object({ name, last: z.string().regex(/^\d+$/) })),
  /** In the order in which they follow. */
  tables: z.array(z.object({ name, columns: z.array(name), rows: z.number().int().nonnegative() })),
  /** For people: what the groups' rows say. */
  groups: z.array(z.object({ group: z.string(), timeline: z.string(), lastSequence: z.number() })),
});

export type ArchiveHeader = z.output<typeof archiveHeader>;
export type ArchivedTable = ArchiveHeader["tables"][number];
