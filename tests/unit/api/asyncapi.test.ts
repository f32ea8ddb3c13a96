import { Parser } from "@asyncapi/parser";
import { expect, it } from "vitest";
import { asyncDocument } from "../../../api/routes/service/async-document.ts";
import { EVENT_QUEUES } from "../../../infra/rabbitmq/topology.ts";
import packageJson from "../../../package.json" with { type: "json" };

const document = asyncDocument(packageJson.version);

it("the AsyncAPI document is valid", async () => {
  const { diagnostics } = await new Parser().parse(JSON.stringify(document));
  const findings = diagnostics
    .filter(({ severity }) => severity <= 1)
    .map(({ message, path }) => [path.join("."), message]);
  expect(findings).toEqual([]);
});

it("the document in the repository is the one that is served (made anew by vitest -u)", async () => {
  await expect(`${JSON.stringify(document, null, 2)}\n`).toMatchFileSnapshot("../../../docs/asyncapi.json");
});

it("names every queue that engines declare", () => {
  const text = JSON.stringify(document);
  for (const { name } of EVENT_QUEUES) expect(text).toContain(`\`${name}\``);
});
