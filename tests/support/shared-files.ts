import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * Where the data that is kept beside the checkout stands (`../shared`), or where
 * TRADE_ENGINE_SHARED_DATA says.
 */
export function sharedPath(path: string): string {
  const root =
    process.env["TRADE_ENGINE_SHARED_DATA"] ?? fileURLToPath(new URL("../../../shared", import.meta.url));
  return `${root}/${path}`;
}

/**
 * True when the shared file or folder is there; says so on the console when it is not, since a test
 * that is left out must not look like one that passed.
 */
export function sharedIsThere(path: string): boolean {
  const there = existsSync(sharedPath(path));
  if (!there) console.warn(`Left out: what needs ../shared/${path}, which is not here.`);
  return there;
}
