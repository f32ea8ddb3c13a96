/**
 * `npm run setup`: gets everything ready that the other commands would get ready by themselves, and says what this
 * machine can run. The launcher has installed the packages before this file is read.
 */
import { spawnSync } from "node:child_process";
import { provideProgram } from "./services/programs.ts";

console.log(`${"packages".padEnd(15)} installed`);

for (const program of ["redis-server", "rabbitmq-server"] as const) {
  await provideProgram(program).then(
    (path) => console.log(`${program.padEnd(15)} ${path}`),
    (error: unknown) => console.log(`${program.padEnd(15)} ${(error as Error).message}`),
  );
}
const docker = spawnSync("docker", ["info"], { stdio: "ignore" }).status === 0;
console.log(
  `${"Docker".padEnd(15)} ${docker ? "answers: npm run up" : "does not answer: not needed but for npm run up"}`,
);
console.log("\nNext: npm start");
