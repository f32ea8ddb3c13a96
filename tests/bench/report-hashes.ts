import { reportHash } from "../support/workload.ts";
import { generateStream, SCENARIOS } from "./workload-generator.ts";

/**
 * Prints the report hashes of the generator's streams of 5,000 orders at seed 7, as JSON. It is a program of its own so
 * that it can be run on one runtime and on another.
 */
const hashes = SCENARIOS.map((name) => [name, reportHash(generateStream(name, 5_000, 7))]);
console.log(JSON.stringify(Object.fromEntries(hashes)));
