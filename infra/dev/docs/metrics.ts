import { catalogue, type MetricDefinition } from "../../telemetry/metric-catalogue.ts";
import { table } from "./table.ts";

export function metricTable(): string {
  const rows = Object.values<MetricDefinition>(catalogue).map(({ name, kind, labels, help, programs }) => [
    `\`${name}\``,
    kind,
    labels.map((label) => `\`${label}\``).join(", "),
    programs.join(", "),
    help,
  ]);
  return table(["metric", "kind", "labels", "of", "what it says"], rows);
}
