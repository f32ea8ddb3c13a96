/**
 * `npm run mutation`: changes engine/core in thousands of small ways and asks whether a test notices. Not part of
 * `npm test`: it takes an hour on two cores. `npm run mutation -- --mutate engine/core/sweep.ts` takes one file.
 */
export default {
  testRunner: "vitest",
  vitest: { configFile: "infra/dev/mutation/vitest.config.ts" },
  plugins: ["@stryker-mutator/vitest-runner"],
  mutate: ["engine/core/**/*.ts"],
  coverageAnalysis: "perTest",
  // Static values run once at import: each would need a run of everything, and none is a rule of the market.
  ignoreStatic: true,
  concurrency: 2,
  timeoutMS: 8_000,
  reporters: ["clear-text", "html", "progress-append-only"],
  htmlReporter: { fileName: "coverage/mutation.html" },
  clearTextReporter: { allowColor: false, reportTests: false, allowEmojis: false },
  tempDirName: ".cache/stryker",
  ignorePatterns: [".data", ".cache", "coverage", "api", "db", "docs", "tests/e2e", "tests/integration"],
};
