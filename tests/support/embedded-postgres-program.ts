/**
 * An engine process reduced to its database, for tests that kill it: starts the embedded PostgreSQL on the folder
 * given, says so in one line of JSON, and stops it when asked to end.
 */
import process from "node:process";
import { startEmbeddedPostgres } from "../../infra/embedded/postgres.ts";

const [directory = ""] = process.argv.slice(2);
try {
  const server = await startEmbeddedPostgres(directory, { ownerDeadlineMs: 1_000 });
  console.log(JSON.stringify({ url: server.url, version: server.version, isTakenOver: server.isTakenOver }));
  process.once("SIGTERM", async () => {
    await server.stop();
    process.exit(0);
  });
  const reason = await server.lost;
  console.log(JSON.stringify({ lost: reason.message }));
  process.exit(3);
} catch (error) {
  console.log(JSON.stringify({ refused: (error as Error).message }));
  process.exit(1);
}
