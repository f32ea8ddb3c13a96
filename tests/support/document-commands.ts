import { readdirSync, readFileSync } from "node:fs";
import { inRoot } from "../../infra/dev/launch/paths.mjs";

/** A block of shell commands in a document, and what it needs to be run. */
export interface CommandBlock {
  readonly document: string;
  /** Line of its fence. */
  readonly line: number;
  /** What the mark above it says: `<!-- run: embedded -->`; "" without one. */
  readonly needs: string;
  readonly script: string;
}

const FENCE = /(?:<!-- run: ([a-z]+) -->\n)?```(?:sh|bash|shell)\n([\s\S]*?)```/g;

/** The documents that tell people what to type. */
export function documents(): readonly string[] {
  const inDocs = readdirSync(inRoot("docs")).filter((name) => name.endsWith(".md"));
  return ["README.md", "CONTRIBUTING.md", ...inDocs.map((name) => `docs/${name}`)];
}

/** Every block of shell commands in the documents. */
export function commandBlocks(): readonly CommandBlock[] {
  return documents().flatMap((document) => {
    const text = readFileSync(inRoot(document), "utf8");
    return [...text.matchAll(FENCE)].map((match) => ({
      document,
      line: text.slice(0, match.index).split("\n").length,
      needs: match[1] ?? "",
      script: match[2] ?? "",
    }));
  });
}

/** The npm scripts that documents name anywhere, by document. */
export function scriptsNamed(): readonly { readonly document: string; readonly script: string }[] {
  return documents().flatMap((document) => {
    const text = readFileSync(inRoot(document), "utf8");
    return [...text.matchAll(/\bnpm run ([a-z][a-z0-9:-]*[a-z0-9])/g)].map(([, script = ""]) => ({
      document,
      script,
    }));
  });
}
