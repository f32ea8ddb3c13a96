import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { commands } from "../../infra/dev/launch/commands.mjs";
import { inRoot } from "../../infra/dev/launch/paths.mjs";
import { commandBlocks, documents, scriptsNamed } from "../support/document-commands.ts";

/** What operators of this kind of service expect to be able to type; docs/operations.md says what each does. */
const EXPECTED = [
  ..."setup up down ps logs health status verify migrate migrate:revert migrate:show".split(" "),
  ..."db:shell db:shell:pgbouncer db:verify redis:shell rabbitmq:ui start stack dev build".split(" "),
  ..."test test:unit test:integration test:e2e test:chaos coverage lint fmt check bench".split(" "),
  ..."backup restore replay audit demo sdk:generate clean clean:volumes version".split(" "),
];

/**
 * What the blocks of commands in the documents need, and where they are run: by the tests of the same name in
 * tests/e2e (`embedded`, `stack`), by npm run test:compose (`docker`), or by hand and by .ci/run (`development`).
 */
const KINDS = ["start", "embedded", "stack", "docker", "development"];

describe("the commands", () => {
  it("are all there, and each is in the table of docs/operations.md with what it does", () => {
    expect(Object.keys(commands)).toEqual(expect.arrayContaining(EXPECTED));
    const text = readFileSync(inRoot("docs/operations.md"), "utf8");
    const told = [...text.matchAll(/^\| `npm (?:run )?([a-z0-9:-]+)` \| (.+) \|$/gm)].map(([, name]) => name);
    expect(told.sort()).toEqual(Object.keys(commands).sort());
  });

  it("that documents name exist", () => {
    const missing = scriptsNamed().filter(({ script }) => !(script in commands));
    expect(missing).toEqual([]);
  });
});

describe("the documents", () => {
  it("say of each block of commands what it needs, so that it is run", () => {
    const unmarked = commandBlocks().filter(({ needs }) => !KINDS.includes(needs));
    expect(unmarked.map(({ document, line, needs }) => `${document}:${line} ${needs}`)).toEqual([]);
  });

  it("link to what is there", () => {
    const broken = documents().flatMap((document) => {
      const text = readFileSync(inRoot(document), "utf8").replace(/```[\s\S]*?```/g, "");
      return [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)[^)]*\)/g)]
        .map(([, target = ""]) => target)
        .filter((target) => !existsSync(inRoot(join(dirname(document), target))))
        .map((target) => `${document}: ${target}`);
    });
    expect(broken).toEqual([]);
  });
});
