import { readdirSync, readFileSync } from "node:fs";
import { getTableConfig } from "drizzle-orm/pg-core";
import { inRoot } from "../launch/paths.mjs";
import { declaredTables } from "./declared-schema.ts";

const BEGIN =
  "<!-- generated: npm run check -- --only schema tells when it is stale; npm run schema:write writes it -->";
const END = "<!-- end of the generated part -->";

/** The document with its generated part made anew. Throws where the marks are missing. */
export function documentWith(document: string, described: readonly string[]): string {
  const from = document.indexOf(BEGIN);
  const to = document.indexOf(END);
  if (from < 0 || to < from) throw new Error("docs/database-schema.md lacks the marks of its generated part");
  return `${document.slice(0, from)}${BEGIN}\n\n${generated(described)}\n${document.slice(to)}`;
}

/** Tables with their columns and indexes, views and functions; words from the sources' own comments. */
function generated(described: readonly string[]): string {
  const tables = declaredTables
    .map((table) => getTableConfig(table))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const of = (kind: string, table: string) =>
    described
      .filter((line) => line.startsWith(`${kind} ${table}.`))
      .map((line) => line.slice(kind.length + table.length + 2));
  const sections = tables.map(({ name: table, columns: declared }) => {
    const { words, columns } = commentsOf(table);
    const head =
      described.find((line) => line === `table ${table}` || line.startsWith(`table ${table} `)) ?? "";
    const shape = head.slice(`table ${table}`.length).trim();
    const keys = of("constraint", table).map((line) => `- \`${line.slice(line.indexOf(" ") + 1)}\``);
    const indexes = described
      .filter(
        (line) =>
          line.startsWith("index ") &&
          line.includes(` on ${table} `) &&
          !line.startsWith(`index ${table}_pkey`),
      )
      .map((line) => `- \`${line.slice("index ".length)}\``);
    const rows = declared.map(({ name }) => {
      const line = of("column", table).find((each) => each.startsWith(`${name} `)) ?? "";
      return `| \`${name}\` | ${cell(line.slice(name.length + 1))} | ${cell(columns.get(name) ?? "")} |`;
    });
    return [
      `### ${table}`,
      words + (shape === "" ? "" : ` *${sentence(shape)}*`),
      ["| column | type | |", "|---|---|---|", ...rows].join("\n"),
      [...keys, ...indexes].join("\n"),
    ].join("\n\n");
  });
  return [
    "## Enums",
    described
      .filter((line) => line.startsWith("enum "))
      .map(enumLine)
      .join("\n"),
    "## Tables",
    ...sections,
    "## Views",
    described
      .filter((line) => /^(materialized )?view \w+( with .*)?$/.test(line))
      .map(viewLine)
      .join("\n"),
    "## Functions",
    "Those whose names begin with `check_`, `maintain_` and `refresh_` are for people; the rest is called by programs.",
    described
      .filter((line) => line.startsWith("function "))
      .map(functionLine)
      .join("\n"),
    "## Who may what",
    "`trade_migrator` may make objects in the schema and owns what it makes. Nobody else may write a table, but for what stands here.",
    described
      .filter((line) => line.startsWith("grant ") && !line.includes(" execute on "))
      .map((line) => `- ${line.slice(6)}`)
      .join("\n"),
    "",
  ].join("\n\n");
}

/** Of a table's file: the comment before the table, and those before its columns. */
function commentsOf(table: string): { words: string; columns: ReadonlyMap<string, string> } {
  const own = readFileSync(inRoot("db/schema", `${table.replaceAll("_", "-")}.ts`), "utf8");
  const shared = own.includes("orderColumns()")
    ? readFileSync(inRoot("db/schema/order-columns.ts"), "utf8")
    : "";
  const columns = new Map(
    [...`${shared}${own}`.matchAll(/\/\*\* ((?:(?!\*\/)[\s\S])*?) ?\*\/\s+\w+: \w+\("(\w+)"/g)].map(
      (found) => [found[2] ?? "", plain(found[1] ?? "")],
    ),
  );
  const words = /\/\*\*((?:(?!\*\/)[\s\S])*?)\*\/\s*export const \w+ = pgTable/.exec(own)?.[1] ?? "";
  return { words: plain(words), columns };
}

/** The comment right before the newest definition of a function or a view in the migrations. */
function commentInMigrations(definition: RegExp): string {
  const folder = inRoot("db/migrations");
  let words = "";
  for (const file of readdirSync(folder).sort()) {
    if (!/^\d{4}_\w+\.sql$/.test(file)) continue;
    const lines = readFileSync(`${folder}/${file}`, "utf8").split("\n");
    for (const [place, line] of lines.entries()) {
      if (!definition.test(line)) continue;
      const comment: string[] = [];
      for (let at = place - 1; at >= 0 && lines[at]?.startsWith("-- "); at--)
        comment.unshift(lines[at]?.slice(3) ?? "");
      // A definition made anew "as before" leaves the words of the first.
      if (comment.length > 0 && !comment[0]?.startsWith("As before")) words = comment.join(" ");
    }
  }
  return words;
}

function enumLine(line: string): string {
  const [, name = "", ...labels] = line.split(" ");
  return `- \`${name}\`: ${labels.join(" ")}`;
}

function viewLine(line: string): string {
  const name = line.replace(/^(materialized )?view /, "").split(" ")[0] ?? "";
  return `- \`${name}\`: ${commentInMigrations(new RegExp(`^CREATE (MATERIALIZED )?VIEW ${name} `))}`;
}

function functionLine(line: string): string {
  const [, signature = "", result = ""] =
    /^function (.+?\)) returns (.+?)(?: security definer)?(?: set .*)? body \w+$/.exec(line) ?? [];
  const name = signature.slice(0, signature.indexOf("("));
  // Of two of a name, the one whose first parameter it is.
  const first = signature === `${name}()` ? "\\)" : (/\((?:OUT )?(\w+)/.exec(signature)?.[1] ?? "");
  const words = commentInMigrations(new RegExp(`^CREATE (OR REPLACE )?FUNCTION ${name}\\((${first}|$)`));
  return `- \`${signature}\` → \`${result}\`${words === "" ? "" : `: ${words}`}`;
}

function plain(comment: string): string {
  return comment
    .replace(/\s*\n\s*\* ?/g, " ")
    .replace(/\s+/g, " ")
    .trim();
}

function sentence(shape: string): string {
  return `${shape[0]?.toUpperCase()}${shape.slice(1)}.`;
}

const cell = (text: string): string => text.replaceAll("|", "\\|");
