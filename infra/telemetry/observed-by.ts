import type { EngineObserver } from "../../engine/engine-ports.ts";

/** What is optional for an observer stays so: nobody pays for what nobody wants to know. */
type Optional = "followed" | "matching" | "matched" | "committing" | "traced" | "redelivered";
const OPTIONAL: readonly Optional[] = [
  "followed",
  "matching",
  "matched",
  "committing",
  "traced",
  "redelivered",
];

/** One observer for several, told in their order. */
export function observedBy(...observers: readonly Partial<EngineObserver>[]): EngineObserver {
  return {
    stateChanged: (...told) => each((observer) => observer.stateChanged?.(...told)),
    snapshotPassedOver: (...told) => each((observer) => observer.snapshotPassedOver?.(...told)),
    recovered: (...told) => each((observer) => observer.recovered?.(...told)),
    committed: (...told) => each((observer) => observer.committed?.(...told)),
    snapshotSaved: (...told) => each((observer) => observer.snapshotSaved?.(...told)),
    degraded: (...told) => each((observer) => observer.degraded?.(...told)),
    malformed: (...told) => each((observer) => observer.malformed?.(...told)),
    poisonRefused: (...told) => each((observer) => observer.poisonRefused?.(...told)),
    duplicates: (...told) => each((observer) => observer.duplicates?.(...told)),
    eventsPublished: (...told) => each((observer) => observer.eventsPublished?.(...told)),
    ...Object.fromEntries(OPTIONAL.flatMap((name) => optional(name))),
  };

  function each(tell: (observer: Partial<EngineObserver>) => void): void {
    for (const observer of observers) tell(observer);
  }

  function optional(name: Optional): [string, (...told: never[]) => void][] {
    const wanting = observers.flatMap((observer) => {
      const tell = observer[name] as ((...told: never[]) => void) | undefined;
      return tell === undefined ? [] : [tell];
    });
    if (wanting.length === 0) return [];
    return [
      [
        name,
        (...told) => {
          for (const tell of wanting) tell(...told);
        },
      ],
    ];
  }
}
