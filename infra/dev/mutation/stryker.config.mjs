/**
 * `npm run mutation`: changes engine/core in thousands of small ways and asks whether a test notices. Not part of
 * `npm test`: it takes hours. `npm run mutation -- --mutate engine/core/sweep.ts` takes one file, and
 * `MUTATION_SHARE=1/24 npm run mutation` a fair sample of all of them.
 */
export default {
  testRunner: "vitest",
  vitest: { configFile: "infra/dev/mutation/vitest.config.ts" },
  plugins: ["@stryker-mutator/vitest-runner", "./infra/dev/mutation/share.mjs"],
  checkers: ["share"],
  mutate: ["engine/core/**/*.ts"],
  coverageAnalysis: "perTest",
  // Static values run once at import: each would need a run of everything, and none is a rule of the market.
  ignoreStatic: true,
  concurrency: 2,
  // A slow test on a busy machine must not pass for a mutant found.
  timeoutMS: 20_000,
  reporters: ["clear-text", "html", "progress-append-only"],
  htmlReporter: { fileName: "coverage/mutation.html" },
  clearTextReporter: { allowColor: false, reportTests: false, allowEmojis: false },
  tempDirName: ".cache/stryker",
  ignorePatterns: [".data", ".cache", "coverage", "api", "db", "docs", "tests/e2e", "tests/integration"],
};
