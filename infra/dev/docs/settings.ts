import { readFileSync } from "node:fs";
import { z } from "zod";
import { plainNames, secretSettings, settingsSchema } from "../../config/schema.ts";
import { environmentName, wantsBySetting } from "../../config/settings-index.ts";
import { inRoot } from "../launch/paths.mjs";
import { table } from "./table.ts";

/** One table for each group of settings, out of the schema; the words on each are those of config.example.yaml. */
export function settingTables(): string {
  const words = wordsByName();
  const sections = new Map<string, string[][]>();
  for (const [name, wants] of wantsBySetting) {
    const section = name.includes(".") ? name.slice(0, name.indexOf(".")) : "";
    const short = Object.entries(plainNames).filter(([, setting]) => setting === name);
    const variables = [environmentName(name), ...short.map(([plain]) => plain)];
    const secret = secretSettings.has(name) ? " Secret." : "";
    const row = [
      `\`${name}\``,
      variables.map((variable) => `\`${variable}\``).join(", "),
      wants,
      defaultOf(name),
      `${sentence(words.get(name) ?? "")}${secret}`,
    ];
    sections.set(section, [...(sections.get(section) ?? []), row]);
  }
  const head = ["setting", "environment", "takes", "default", "for"];
  return [...sections]
    .map(([name, rows]) => `### ${name === "" ? "general" : name}\n\n${table(head, rows)}`)
    .join("\n\n");
}

function defaultOf(name: string): string {
  const schema = name
    .split(".")
    .reduce<z.ZodType | undefined>(
      (outer, part) =>
        outer instanceof z.ZodObject ? (outer.shape as Record<string, z.ZodType>)[part] : undefined,
      settingsSchema,
    );
  if (!(schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)) return "none";
  const value: unknown = schema.def.defaultValue;
  if (value === "") return "none";
  if (Array.isArray(value)) return value.length === 0 ? "none" : `\`${value.join(", ")}\``;
  return `\`${String(value)}\``;
}

/** The comment behind each line of the example; `# url: …   (words)` for those that are not set there. */
function wordsByName(): Map<string, string> {
  const text = readFileSync(inRoot("infra/config/config.example.yaml"), "utf8");
  const words = new Map<string, string>();
  let section = "";
  for (const line of text.split("\n")) {
    const [, top, comment] = /^([a-z_]+):(?:[^#]*#\s*(.*))?/.exec(line) ?? [];
    if (top !== undefined) {
      section = top;
      if (comment !== undefined) words.set(top, comment);
      continue;
    }
    const [, key, said] = /^ {2}([a-z_]+):.*?(?:\s#\s*(.*))?$/.exec(line) ?? [];
    if (key !== undefined) words.set(`${section}.${key}`, said ?? "");
    const [, unset, aside] = /^ {2}# ([a-z_]+):\s+\S+\s*(.*)$/.exec(line) ?? [];
    if (unset !== undefined) words.set(`${section}.${unset}`, (aside ?? "").replace(/^\((.*)\)$/, "$1"));
  }
  return words;
}

function sentence(text: string): string {
  return text === "" ? "" : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`.replace(/…\.$/, "…");
}
