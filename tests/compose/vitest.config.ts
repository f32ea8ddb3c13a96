import { defineConfig } from "vitest/config";

/** `npm run test:compose`: the real Compose file, in a Docker engine. As root it makes what it needs; minutes. */
export default defineConfig({
  test: {
    include: ["tests/compose/**/*.test.ts"],
    fileParallelism: false,
    testTimeout: 240_000,
    hookTimeout: 600_000,
    sequence: { concurrent: false },
    bail: 1,
  },
});
