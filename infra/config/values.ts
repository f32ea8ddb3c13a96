/**
 * The kinds of value a setting can have. Each takes what YAML gives (a number, a boolean, a list) and what an
 * environment variable gives (always text), and says in plain words what it wants when it gets something else.
 */
import { z } from "zod";

/** A whole number within bounds. */
export function wholeNumber(from: number, to: number) {
  return z
    .union([
      z.number(),
      z
        .string()
        .regex(/^-?\d+$/)
        .transform(Number),
    ])
    .refine((value) => Number.isInteger(value) && value >= from && value <= to)
    .describe(`a whole number from ${from} to ${to}`);
}

/** A TCP port; 0 lets the system choose. */
export const port = () => wholeNumber(0, 65_535);

/** Yes or no. */
export function yesOrNo() {
  return z
    .union([z.boolean(), z.enum(["true", "false"]).transform((text) => text === "true")])
    .describe("true or false");
}

/** Text that is not empty. */
export const text = () => z.string().min(1).describe("a text that is not empty");

/** Text that must not be shown; a bare number in YAML is taken as the text it looks like. */
export const secret = () => z.union([z.string(), z.number().transform(String)]).describe("a text");

/** Certificates in PEM, best given as a file (`…_FILE`); none is none. */
export const certificate = () =>
  z
    .string()
    .refine((pem) => pem === "" || pem.includes("-----BEGIN CERTIFICATE-----"))
    .describe("certificates in PEM (-----BEGIN CERTIFICATE-----)");

/** One of a few words. */
export function oneOf<const Words extends readonly [string, ...string[]]>(...words: Words) {
  return z.enum(words).describe(`one of ${words.join(", ")}`);
}

/** An address with one of some schemes. */
export function address(...schemes: readonly string[]) {
  return z
    .string()
    .refine((value) => URL.canParse(value) && schemes.includes(new URL(value).protocol.slice(0, -1)))
    .describe(`an address that begins with ${schemes.map((scheme) => `${scheme}://`).join(" or ")}`);
}

/** Several texts: a list in YAML, separated by commas in an environment variable. */
export function texts() {
  return z
    .union([
      z.array(z.string().min(1)),
      z.string().transform((list) =>
        list
          .split(",")
          .map((item) => item.trim())
          .filter((item) => item !== ""),
      ),
    ])
    .describe("a list of texts");
}

const millisecondsPerUnit = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
const durationPattern = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/;

/** A length of time, as in `250ms`, `15s`, `10m`, `24h`; read as milliseconds, `atMostMs` of them. */
export function duration(atMostMs = Number.POSITIVE_INFINITY) {
  const bound = atMostMs === Number.POSITIVE_INFINITY ? "" : `, ${atMostMs / 1_000}s at most`;
  return z
    .string()
    .regex(durationPattern)
    .transform((value) => {
      const [, amount = "", unit = ""] = durationPattern.exec(value) ?? [];
      return Math.round(Number(amount) * millisecondsPerUnit[unit as keyof typeof millisecondsPerUnit]);
    })
    .refine((milliseconds) => milliseconds <= atMostMs)
    .describe(`a length of time such as 250ms, 15s, 10m or 24h${bound}`);
}

/** At most so many in a length of time. */
export interface Rate {
  readonly count: number;
  readonly periodMs: number;
}

const ratePattern = /^([1-9]\d{0,8})\/(?:([1-9]\d{0,3}))?(s|m|h)$/;

/** A rate, as in `100/s`, `600/1m`; null for `off`. */
export function rate() {
  return z
    .union([z.literal("off"), z.literal(false), z.string().regex(ratePattern)])
    .transform((value): Rate | null => {
      const [, count = "", many = "1", unit = ""] = ratePattern.exec(String(value)) ?? [];
      if (count === "") return null;
      const periodMs = Number(many) * millisecondsPerUnit[unit as keyof typeof millisecondsPerUnit];
      return { count: Number(count), periodMs };
    })
    .describe("a rate such as 100/s, 50/10s or 600/m, or off");
}

const bytesPerUnit = { B: 1, KiB: 1_024, MiB: 1_048_576 } as const;
const sizePattern = /^(\d+)(B|KiB|MiB)$/;

/** A size, as in `512B`, `64KiB`, `1MiB`; read as bytes. */
export function size() {
  return z
    .string()
    .regex(sizePattern)
    .transform((value) => {
      const [, amount = "", unit = ""] = sizePattern.exec(value) ?? [];
      return Number(amount) * bytesPerUnit[unit as keyof typeof bytesPerUnit];
    })
    .describe("a size such as 512B, 64KiB or 1MiB");
}
