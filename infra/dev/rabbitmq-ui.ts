/** `npm run rabbitmq:ui`: where RabbitMQ's own pages are, whether they answer, and opens them where there is a desktop. */
import { spawn } from "node:child_process";
import process from "node:process";
import { loadConfigOrExit } from "../config/load.ts";

const { managementUrl, url } = loadConfigOrExit({ services: ["rabbitmq"] }).rabbitmq;
const user = decodeURIComponent(new URL(url).username);
const answers = await fetch(managementUrl, { signal: AbortSignal.timeout(3_000) }).then(
  (response) => response.ok,
  () => false,
);
if (answers) {
  console.log(`RabbitMQ's pages are at ${managementUrl} (user ${user}).`);
  const isDesktop = process.platform === "darwin" || process.env["DISPLAY"] !== undefined;
  const opener = process.platform === "darwin" ? "open" : "xdg-open";
  if (isDesktop)
    spawn(opener, [managementUrl], { stdio: "ignore", detached: true })
      .on("error", () => undefined)
      .unref();
} else {
  console.error(
    `Nothing answers at ${managementUrl}: is RabbitMQ's management plugin on? (rabbitmq.management_url says where)`,
  );
  process.exitCode = 1;
}
