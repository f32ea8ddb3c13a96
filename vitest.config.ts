import { defineConfig } from "vitest/config";
import { ClosingLine } from "./tests/support/closing-line.ts";

/** Every answer of the API is held against its document. */
const contract = ["tests/support/contract-setup.ts"];

/** Starts the services that a group of tests needs. */
const services = ["tests/support/services/global-setup.ts"];

/**
 * Three groups of tests. `unit` needs nothing but this checkout and runs in parallel; `integration` and `e2e`
 * need real PostgreSQL, Redis and RabbitMQ, and run one file at a time, because on two cores a file that has
 * to share them with another one runs into its deadlines. For the same reason one group follows the other.
 */
export default defineConfig({
  test: {
    coverage: { include: ["{api,db,engine,infra}/**/*.ts"], reporter: ["text-summary", "html"] },
    reporters: ["default", new ClosingLine()],
    projects: [
      {
        test: {
          name: "unit",
          include: [
            "tests/core/**/*.test.ts",
            "tests/model/**/*.test.ts",
            "tests/simulation/**/*.test.ts",
            "tests/unit/**/*.test.ts",
          ],
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "integration",
          include: ["tests/integration/**/*.test.ts", "tests/contract/**/*.test.ts"],
          sequence: { groupOrder: 2 },
          globalSetup: services,
          setupFiles: contract,
          fileParallelism: false,
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["tests/e2e/**/*.test.ts"],
          sequence: { groupOrder: 3 },
          globalSetup: services,
          setupFiles: contract,
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
