import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { inRoot } from "../../infra/dev/launch/paths.mjs";
import { provideProgram } from "../../infra/dev/services/programs.ts";
import { catalogue } from "../../infra/telemetry/metric-catalogue.ts";

/** What operators load into Prometheus and Grafana, looked at by Prometheus' own tool. */

const run = promisify(execFile);
const folder = inRoot("infra/observability");
const readText = (name: string): string => readFileSync(join(folder, name), "utf8");
let promtool: string;
let scratch: string;

beforeAll(async () => {
  promtool = await provideProgram("promtool");
  scratch = mkdtempSync(join(tmpdir(), "trade-engine-promtool-"));
}, 300_000);

afterAll(() => rmSync(scratch, { recursive: true }));

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: { readonly runbook: string };
}

const rules = (parse(readText("alerts.yml")) as { groups: { rules: Rule[] }[] }).groups.flatMap(
  (group) => group.rules,
);

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}

const dashboard = JSON.parse(readText("grafana-dashboard.json")) as { readonly panels: readonly Panel[] };
const queries = dashboard.panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => ({ title, expr })),
);

/** Every name that a query may use: histograms have three, and Prometheus adds `up`. */
const names = new Set([
  "up",
  ...Object.values(catalogue).flatMap(({ name, kind }) =>
    kind === "histogram" ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  ),
]);

/** Names of metrics in a query: what is ours begins with one of these words. */
const metricsIn = (query: string): string[] => query.match(/\b(?:trade_engine|process)_\w+|\bup\b/g) ?? [];

/** With Grafana's variables filled in, as it does before it asks. */
const filledIn = (query: string): string =>
  query.replaceAll("$__rate_interval", "1m").replaceAll("$group", "main");

describe("the alert rules", () => {
  it("are rules, and the configuration names them", async () => {
    const { stdout } = await run(promtool, ["check", "rules", join(folder, "alerts.yml")]);
    expect(stdout).toContain(`SUCCESS: ${rules.length} rules found`);
    await run(promtool, ["check", "config", join(folder, "prometheus.yml")]);
  });

  it("fire where they should and nowhere else", async () => {
    await run(promtool, ["test", "rules", join(folder, "alerts.test.yml")]);
  }, 120_000);

  it("are each tested both ways", () => {
    const tests = parse(readText("alerts.test.yml")) as { tests: { name: string }[] };
    const expected = rules.flatMap(({ alert }) => [`${alert} fires`, `${alert} does not fire`]);
    expect(tests.tests.map(({ name }) => name).sort()).toEqual(expected.sort());
  });

  it.each(rules.map((rule) => [rule.alert, rule] as const))(
    "%s asks for metrics that there are, and names a runbook that there is",
    (_name, { expr, annotations }) => {
      expect(metricsIn(expr)).not.toEqual([]);
      expect([...names]).toEqual(expect.arrayContaining(metricsIn(expr)));
      const [file = "", heading] = annotations.runbook.split("#");
      const text = readFileSync(inRoot(file), "utf8");
      const anchors = [...text.matchAll(/^#+ (.+)$/gm)].map(([, words = ""]) =>
        words
          .toLowerCase()
          .replace(/[^\w -]/g, "")
          .replaceAll(" ", "-"),
      );
      if (heading !== undefined) expect(anchors).toContain(heading);
    },
  );
});

describe("the dashboard", () => {
  it("asks questions that parse", async () => {
    // promtool reads queries as parts of rules only.
    const file = join(scratch, "queries.yml");
    const asRules = queries.map(({ expr }, index) => ({ record: `query:${index}`, expr: filledIn(expr) }));
    writeFileSync(file, JSON.stringify({ groups: [{ name: "dashboard", rules: asRules }] }));
    const { stdout } = await run(promtool, ["check", "rules", file]);
    expect(stdout).toContain(`SUCCESS: ${queries.length} rules found`);
  });

  it("asks for metrics that there are, and shows every one but those of the build", () => {
    const asked = new Set(queries.flatMap(({ expr }) => metricsIn(expr)));
    expect([...names]).toEqual(expect.arrayContaining([...asked]));
    for (const { name, kind } of Object.values(catalogue)) {
      const forms = kind === "histogram" ? [`${name}_bucket`, `${name}_count`, `${name}_sum`] : [name];
      if (!forms.some((form) => asked.has(form))) expect(NOT_SHOWN).toContain(name);
    }
  });
});

/** Asked for by alerts, or by people who look for something. */
const NOT_SHOWN: readonly string[] = [
  "trade_engine_http_requests_in_flight",
  "trade_engine_commands_pending",
  "trade_engine_promotions_total",
  "trade_engine_recovery_replayed_commands",
  "trade_engine_batch_bytes",
  "trade_engine_commands_matched_total",
  "trade_engine_snapshots_passed_over_total",
  "trade_engine_connection_events_total",
  "trade_engine_broker_blocked",
  "trade_engine_maintenance_total",
  "trade_engine_maintenance_last_success_timestamp_seconds",
  "trade_engine_build_info",
  "process_start_time_seconds",
];
