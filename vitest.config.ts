import { defineConfig } from "vitest/config";

/**
 * Three groups of tests. `unit` needs nothing but this checkout and runs in parallel; `integration` and `e2e`
 * need real PostgreSQL, Redis and RabbitMQ, and run one file at a time, because on two cores a file that has
 * to share them with another one runs into its deadlines.
 */
export default defineConfig({
  test: {
    reporters: ["default"],
    projects: [
      {
        test: {
          name: "unit",
          include: ["tests/core/**/*.test.ts", "tests/model/**/*.test.ts", "tests/unit/**/*.test.ts"],
        },
      },
      {
        test: {
          name: "integration",
          include: ["tests/integration/**/*.test.ts", "tests/contract/**/*.test.ts"],
          fileParallelism: false,
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["tests/e2e/**/*.test.ts"],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
