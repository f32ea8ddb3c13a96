import { createConfig, lintFromString } from "@redocly/openapi-core";

/** Findings that stand, each with the reason why it does. */
const STANDS: Readonly<Record<string, string>> = {
  "operation-2xx-response #/paths/~1ws/get/responses": "a WebSocket's answer is 101",
  "no-ambiguous-paths #/paths/~1api~1v1~1orders~1{orderId}~1replace":
    "the other one takes GET only, and an orderId is a UUID, which by-client-id is not",
};

/** One line for each finding of Redocly's strict rules; none where the document is in order. */
export async function lint(text: string): Promise<string[]> {
  const config = await createConfig({ extends: ["recommended-strict"] });
  const findings = await lintFromString({ source: text, config, absoluteRef: "openapi.json" });
  return findings
    .map(({ ruleId, message, location }) => ({ where: `${ruleId} ${location[0]?.pointer ?? ""}`, message }))
    .filter(({ where }) => STANDS[where] === undefined)
    .map(({ where, message }) => `${where}: ${message}`);
}
