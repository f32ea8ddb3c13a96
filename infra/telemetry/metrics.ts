import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { catalogue, type MetricDefinition, type MetricKey } from "./metric-catalogue.ts";

/** prom-client's class for a metric of the catalogue, with that metric's labels. */
type MetricOf<Key extends MetricKey> = (typeof catalogue)[Key] extends infer Definition extends
  MetricDefinition
  ? Definition["kind"] extends "counter"
    ? Counter<Definition["labels"][number]>
    : Definition["kind"] extends "gauge"
      ? Gauge<Definition["labels"][number]>
      : Histogram<Definition["labels"][number]>
  : never;

/** The metrics of one process. Made once by a program's main; parts get what they need of it. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #metrics = new Map<MetricKey, Counter | Gauge | Histogram>();
  readonly #collectors: (() => void | Promise<void>)[] = [];

  /** @param program which of the catalogue's metrics there are; "embedded": all of them */
  constructor(program: "api" | "engine" | "embedded") {
    for (const [key, definition] of Object.entries<MetricDefinition>(catalogue)) {
      if (program !== "embedded" && !definition.programs.includes(program)) continue;
      this.#metrics.set(key as MetricKey, this.#register(definition));
    }
  }

  /** Throws where the program has no such metric: a fault of the wiring. */
  of<Key extends MetricKey>(key: Key): MetricOf<Key> {
    const metric = this.#metrics.get(key);
    if (metric === undefined) throw new Error(`this program has no metric ${catalogue[key].name}`);
    return metric as MetricOf<Key>;
  }

  /** Called before every look at the metrics, for what is measured only then. What it throws is left out. */
  beforeEachLook(collect: () => void | Promise<void>): void {
    this.#collectors.push(collect);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** All of them in Prometheus' text format. */
  async text(): Promise<string> {
    await Promise.allSettled(this.#collectors.map(async (collect) => collect()));
    return this.#registry.metrics();
  }

  #register({ name, kind, help, labels, buckets }: MetricDefinition): Counter | Gauge | Histogram {
    const settings = { name, help, labelNames: [...labels], registers: [this.#registry] };
    if (kind === "counter") return new Counter(settings);
    if (kind === "gauge") return new Gauge(settings);
    return new Histogram({ ...settings, buckets: [...(buckets ?? [])] });
  }
}
