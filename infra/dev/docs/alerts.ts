import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { inRoot } from "../launch/paths.mjs";
import { table } from "./table.ts";

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly runbook: string };
}

export function alertTable(): string {
  const text = readFileSync(inRoot("infra/observability/alerts.yml"), "utf8");
  const { groups } = parse(text) as { groups: { rules: Rule[] }[] };
  const rows = groups
    .flatMap(({ rules }) => rules)
    .map(({ alert, expr, for: lasting, labels, annotations }) => [
      alert,
      labels.severity,
      `\`${expr}\`${lasting === undefined ? "" : ` for ${lasting}`}`,
      `[${annotations.runbook.split("#")[1]?.replaceAll("-", " ") ?? "scaling"}](${annotations.runbook.replace("docs/", "")})`,
    ]);
  return table(["alert", "severity", "fires when", "runbook"], rows);
}
