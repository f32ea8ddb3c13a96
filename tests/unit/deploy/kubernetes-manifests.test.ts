import { readdirSync, readFileSync } from "node:fs";
import { Deployment } from "kubernetes-models/apps/v1/Deployment";
import { HorizontalPodAutoscaler } from "kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler";
import { Job } from "kubernetes-models/batch/v1/Job";
import { NetworkPolicy } from "kubernetes-models/networking.k8s.io/v1/NetworkPolicy";
import { PodDisruptionBudget } from "kubernetes-models/policy/v1/PodDisruptionBudget";
import { ConfigMap } from "kubernetes-models/v1/ConfigMap";
import { Namespace } from "kubernetes-models/v1/Namespace";
import { Service } from "kubernetes-models/v1/Service";
import { ServiceAccount } from "kubernetes-models/v1/ServiceAccount";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { inRoot } from "../../../infra/dev/launch/paths.mjs";
import { unknownFields } from "../../support/unknown-fields.ts";

/**
 * infra/k8s against Kubernetes' published schemas (kubernetes-models has them as compiled checks), and against what
 * the system needs of it.
 */

// biome-ignore lint/suspicious/noExplicitAny: a manifest is read, field by field, as YAML gives it
type Manifest = any;

const models: Readonly<Record<string, new (data: Manifest) => { validate(): void }>> = {
  "v1/Namespace": Namespace,
  "v1/ConfigMap": ConfigMap,
  "v1/Service": Service,
  "v1/ServiceAccount": ServiceAccount,
  "apps/v1/Deployment": Deployment,
  "autoscaling/v2/HorizontalPodAutoscaler": HorizontalPodAutoscaler,
  "batch/v1/Job": Job,
  "networking.k8s.io/v1/NetworkPolicy": NetworkPolicy,
  "policy/v1/PodDisruptionBudget": PodDisruptionBudget,
};

const folder = inRoot("infra/k8s");
const manifests: { name: string; manifest: Manifest }[] = readdirSync(folder)
  .sort()
  .flatMap((file) =>
    parseAllDocuments(readFileSync(`${folder}/${file}`, "utf8")).map((document) => {
      const manifest = document.toJS() as Manifest;
      return { name: `${file}: ${manifest.kind} ${manifest.metadata.name}`, manifest };
    }),
  );
const ofKind = (...kinds: string[]) => manifests.filter(({ manifest }) => kinds.includes(manifest.kind));
const named = (kind: string, name: string): Manifest =>
  ofKind(kind).find(({ manifest }) => manifest.metadata.name === name)?.manifest;

/** Throws as Kubernetes would refuse the manifest: by its schema, or for a field that the schema does not know. */
function check(manifest: Manifest): void {
  const Model = models[`${manifest.apiVersion}/${manifest.kind}`];
  if (Model === undefined) throw new Error(`no schema of ${manifest.apiVersion}/${manifest.kind}`);
  new Model(manifest).validate();
  const unknown = unknownFields(manifest, (observed) => Model.prototype.validate.call(observed));
  if (unknown.length > 0) throw new Error(`unknown: ${unknown.join(", ")}`);
}

describe("the Kubernetes manifests", () => {
  it.each(manifests)("$name is as the schema has it", ({ manifest }) => {
    expect(() => check(manifest)).not.toThrow();
  });

  it("are checked by something that finds a wrong type, a missing field and a field that does not exist", () => {
    const broken = (change: (copy: Manifest) => void) => () => {
      const copy = structuredClone(named("Deployment", "api"));
      change(copy);
      check(copy);
    };
    expect(broken(() => undefined)).not.toThrow();
    expect(
      broken((copy) => {
        copy.spec.minReadySeconds = "ten";
      }),
    ).toThrow(/must be integer/);
    expect(
      broken((copy) => {
        delete copy.spec.selector;
      }),
    ).toThrow(/required property selector/);
    expect(
      broken((copy) => {
        copy.spec.template.spec.containers[0].readynessProbe = {};
      }),
    ).toThrow("unknown: spec.template.spec.containers.0.readynessProbe");
  });

  it("run every container as nobody, without rights, on a read-only file system, of a named version", () => {
    for (const { name, manifest } of ofKind("Deployment", "Job")) {
      const pod = manifest.spec.template.spec;
      expect([name, pod.securityContext]).toEqual([
        name,
        expect.objectContaining({
          runAsNonRoot: true,
          runAsUser: 65534,
          seccompProfile: { type: "RuntimeDefault" },
        }),
      ]);
      expect([name, pod.automountServiceAccountToken]).toEqual([name, false]);
      for (const container of pod.containers) {
        expect([name, container.securityContext]).toEqual([
          name,
          { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
        ]);
        const { version } = JSON.parse(readFileSync(inRoot("package.json"), "utf8")) as { version: string };
        expect([name, container.image]).toEqual([name, `trade-engine:${version}`]);
        expect([name, Object.keys(container.resources)]).toEqual([name, ["requests", "limits"]]);
      }
    }
  });

  it("hold no secret: passwords are files out of secrets that are made by hand", () => {
    expect(ofKind("Secret")).toEqual([]);
    for (const { name, manifest } of ofKind("Deployment", "Job")) {
      const { containers, volumes } = manifest.spec.template.spec;
      const variables = containers[0].env as { name: string; value: string }[];
      const passwords = variables.filter((variable) => variable.name.includes("PASSWORD"));
      expect([name, passwords.length > 0]).toEqual([name, true]);
      for (const { name: variable, value } of passwords) {
        expect(variable).toMatch(/_FILE$/);
        expect(value).toMatch(/^\/run\/secrets\/trade-engine\//);
      }
      expect(volumes[0].secret.secretName).toMatch(/^trade-engine-/);
    }
  });

  it("give pods longer to stop than their programs take", () => {
    const api = named("Deployment", "api").spec.template.spec;
    const drain = api.containers[0].env.find(
      (each: { name: string }) => each.name === "TRADE_ENGINE_SERVER_DRAIN_DELAY",
    );
    const shutdownS = 20; // server.shutdown_timeout
    expect(api.terminationGracePeriodSeconds).toBeGreaterThan(Number.parseInt(drain.value, 10) + shutdownS);
    const engine = named("Deployment", "engine-main").spec.template.spec;
    expect(engine.terminationGracePeriodSeconds).toBeGreaterThan(15); // STOP_WITHIN_MS of engine/main.ts
  });

  it("replace pods one by one, each only once the next is ready, and keep some when machines are emptied", () => {
    for (const { name, manifest } of ofKind("Deployment")) {
      expect([name, manifest.spec.strategy.rollingUpdate]).toEqual([
        name,
        { maxUnavailable: 0, maxSurge: 1 },
      ]);
      expect([name, manifest.spec.template.spec.containers[0].readinessProbe.httpGet.path]).toEqual([
        name,
        "/ready",
      ]);
      expect(named("PodDisruptionBudget", manifest.metadata.name)).toBeDefined();
    }
    expect(named("Deployment", "engine-main").spec.replicas).toBe(2);
    expect(named("HorizontalPodAutoscaler", "api").spec.scaleTargetRef.name).toBe("api");
  });

  it("send the API through PgBouncer and everybody else past it", () => {
    const settingsOf = (manifest: Manifest): Record<string, string> =>
      Object.assign(
        {},
        ...manifest.spec.template.spec.containers[0].envFrom.map(
          (from: Manifest) => named("ConfigMap", from.configMapRef.name).data,
        ),
      );
    const isPooled = ({ manifest }: { manifest: Manifest }) =>
      settingsOf(manifest)["TRADE_ENGINE_DATABASE_TRANSACTION_POOL"] === "true";
    expect(
      ofKind("Deployment", "Job")
        .filter(isPooled)
        .map(({ manifest }) => manifest.metadata.name),
    ).toEqual(["api"]);
    // All pods' connections fit into PgBouncer's 100 clients.
    const api = settingsOf(named("Deployment", "api"));
    const { maxReplicas } = named("HorizontalPodAutoscaler", "api").spec;
    expect(Number(api["TRADE_ENGINE_DATABASE_POOL_SIZE"]) * (maxReplicas + 1)).toBeLessThanOrEqual(100);
  });
});
