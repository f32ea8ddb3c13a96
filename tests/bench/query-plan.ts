import type { Sql } from "postgres";

/** What a statement reads, as the planner has it. */
export interface QueryPlan {
  /** Tables and partitions, each once. */
  readonly relations: readonly string[];
  /** Indexes, without the partition's name before them: `orders_user_id_created_at_idx`. */
  readonly indexes: readonly string[];
  /** Those that are read from end to end. */
  readonly scannedWhole: readonly string[];
}

interface PlanNode {
  readonly "Node Type": string;
  readonly "Relation Name"?: string;
  readonly "Index Name"?: string;
  readonly Plans?: readonly PlanNode[];
}

/** The plan of a statement with parameters, made for these very ones. */
export async function planOf(
  sql: Sql,
  statement: string,
  parameters: readonly (string | number | null)[],
): Promise<QueryPlan> {
  const [row] = await sql.unsafe<{ "QUERY PLAN": [{ Plan: PlanNode }] }[]>(
    `explain (format json) ${statement}`,
    [...parameters],
  );
  const nodes = row === undefined ? [] : [...below(row["QUERY PLAN"][0].Plan)];
  const distinct = (names: (string | undefined)[]) =>
    [...new Set(names.filter((name) => name !== undefined))].sort();
  return {
    relations: distinct(nodes.map((node) => node["Relation Name"])),
    indexes: distinct(
      nodes.map((node) => node["Index Name"]?.replace(/_(\d{4}_\d\d(_\d\d)?|default)_/, "_")),
    ),
    scannedWhole: distinct(
      nodes.filter((node) => node["Node Type"] === "Seq Scan").map((node) => node["Relation Name"]),
    ),
  };
}

function* below(node: PlanNode): Generator<PlanNode> {
  yield node;
  for (const child of node.Plans ?? []) yield* below(child);
}
