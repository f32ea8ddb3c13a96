import { defineConfig } from "drizzle-kit";

/**
 * `drizzle-kit generate` writes the next migration out of db/schema; what it cannot express
 * (partitions, functions, grants) is then written into the file by hand, with the way back beside it
 * as `.down.sql`. Never `push`: it knows no partitions and would drop them.
 */
export default defineConfig({
  dialect: "postgresql",
  schema: "./db/schema/index.ts",
  out: "./db/migrations",
});
