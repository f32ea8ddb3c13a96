import { HAPPENINGS, type Happening } from "./environment.ts";
import type { Plant } from "./planted.ts";
import { type RunResult, runSeed } from "./world.ts";

/** Seeds of a campaign follow each other from here unless told otherwise. */
export const FIRST_SEED = 1;

export interface Progress {
  readonly seeds: number;
  readonly commands: number;
  readonly processes: number;
  readonly failures: readonly RunResult[];
  readonly happened: ReadonlyMap<Happening, number>;
}

/**
 * Runs seed after seed.
 * @param stop true ends it early
 */
export async function runSeeds(
  first: number,
  count: number,
  onSeed: (progress: Progress) => void = () => undefined,
  stop: () => boolean = () => false,
): Promise<Progress> {
  const failures: RunResult[] = [];
  const happened = new Map<Happening, number>(HAPPENINGS.map((what) => [what, 0]));
  let progress: Progress = { seeds: 0, commands: 0, processes: 0, failures, happened };
  for (let seed = first; seed < first + count && !stop(); seed++) {
    const result = await runSeed(seed);
    if (result.violation !== null) failures.push(result);
    progress = {
      seeds: progress.seeds + 1,
      commands: progress.commands + result.commands,
      processes: progress.processes + result.processes,
      failures,
      happened,
    };
    for (const [what, times] of result.happened) happened.set(what, (happened.get(what) ?? 0) + times);
    onSeed(progress);
  }
  return progress;
}

export interface PlantFound {
  readonly name: string;
  /** Null: not within the seeds given. */
  readonly foundAfterSeeds: number | null;
  readonly result: RunResult | null;
}

/** How many seeds it takes to find a planted bug. */
export async function findPlant(plant: Plant, first: number, count: number): Promise<PlantFound> {
  for (let index = 0; index < count; index++) {
    const result = await runSeed(first + index, { plant });
    if (result.violation !== null) return { name: plant.name, foundAfterSeeds: index + 1, result };
  }
  return { name: plant.name, foundAfterSeeds: null, result: null };
}

/** One line about a seed that failed, and how to see it again. */
export function failureLine({ seed, violation }: RunResult): string {
  return `seed ${seed}: ${violation?.rule}: ${violation?.detail}\n  again: npm run sim -- --seed ${seed} --trace`;
}
