/** The schema's settings by their names, and what each wants, for reading them from anywhere but the schema. */
import { z } from "zod";
import { settingsSchema } from "./schema.ts";

/** What every setting wants, in words, by its name: `server.http_port` → "a whole number from …". */
export const wantsBySetting: ReadonlyMap<string, string> = new Map(leaves(settingsSchema, ""));

/** The names of the groups of settings: `server`, `database`, … */
export const sections: ReadonlySet<string> = new Set(
  [...wantsBySetting.keys()]
    .filter((name) => name.includes("."))
    .map((name) => name.slice(0, name.indexOf("."))),
);

/** `server.http_port` → `TRADE_ENGINE_SERVER_HTTP_PORT`. */
export function environmentName(setting: string): string {
  return `TRADE_ENGINE_${setting.replaceAll(".", "_").toUpperCase()}`;
}

function leaves(schema: z.ZodType, name: string): [string, string][] {
  if (schema instanceof z.ZodObject) {
    const children = Object.entries(schema.shape as Record<string, z.ZodType>);
    return children.flatMap(([key, child]) => leaves(child, name === "" ? key : `${name}.${key}`));
  }
  return [[name, descriptionOf(schema)]];
}

/** A default wraps the value it is the default of; what is wanted is written on the value. */
function descriptionOf(schema: z.ZodType): string {
  if (schema.description !== undefined) return schema.description;
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional) {
    return descriptionOf(schema.unwrap() as z.ZodType);
  }
  throw new Error("every setting says what it wants");
}
