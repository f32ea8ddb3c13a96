import type { EngineEnd, EngineObserver } from "../../engine/engine-ports.ts";
import type { Environment, Happening } from "./environment.ts";

/** Traces what an engine tells of itself, and counts what says that something happened to it. */
export function observerOf(environment: Environment, name: string): EngineObserver {
  const tell = (what: () => string): void => environment.trace(name, what);
  return {
    stateChanged: (state) => tell(() => `is ${state}`),
    snapshotPassedOver: (store, sequence, reason) => {
      environment.count("snapshot passed over");
      tell(() => `passes over ${store}'s ${sequence}: ${reason}`);
    },
    recovered: ({ source, snapshotSequence, lastSequence }) => {
      environment.count(source === "journal" ? "journal alone used" : "snapshot used");
      tell(() => `recovered from ${source} ${snapshotSequence} to ${lastSequence}`);
    },
    committed: ({ sequence, commands }) => tell(() => `knows of ${commands} committed up to ${sequence}`),
    snapshotSaved: () => undefined,
    degraded: (what, cause) => {
      const fenced = cause.name === "FencedError";
      if (what === "events") environment.count("events not confirmed");
      else if (what === "market data") {
        environment.count(fenced ? "market data refused by the fence" : "market data lost");
      } else if (fenced) environment.count("snapshot save refused by the fence");
      tell(() => `degraded: ${what}: ${cause.message}`);
    },
    malformed: (sequence) => {
      environment.count("undecodable");
      tell(() => `malformed at ${sequence}`);
    },
    poisonRefused: (id, sequence) => {
      environment.count("command refused for good");
      tell(() => `refuses ${id} at ${sequence}`);
    },
    duplicates: (count) => {
      environment.count("duplicate answered");
      tell(() => `${count} duplicates`);
    },
    eventsPublished: (sequence) => tell(() => `published up to ${sequence}`),
  };
}

const ENDS: Partial<Record<EngineEnd["reason"], Happening>> = {
  fenced: "engine fenced",
  "consumer-lost": "engine lost its consumer",
  "records-failed": "engine lost its records",
  stopped: "engine stopped cleanly",
  "command-failed": "command made an engine fail",
};

export function countEnd(environment: Environment, reason: EngineEnd["reason"]): void {
  const happening = ENDS[reason];
  if (happening !== undefined) environment.count(happening);
}

/** An end or an error in a few words. */
export function describe(cause: EngineEnd | Error): string {
  if (cause instanceof Error) return cause.message;
  return "cause" in cause ? `${cause.reason} (${cause.cause.message})` : cause.reason;
}
