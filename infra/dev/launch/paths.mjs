/** Where this checkout is, and the one place that says where things lie in it. */
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** The checkout's root folder, absolute, without a slash at its end. */
export const root = fileURLToPath(new URL("../../..", import.meta.url)).replace(/\/$/, "");

/**
 * A path in the checkout.
 * @param {...string} parts
 */
export const inRoot = (...parts) => join(root, ...parts);

/**
 * Where the embedded way of running keeps its data, the only folder that it may write to. The
 * environment moves it; a line in a YAML file cannot, since rights are given before it is read.
 */
export const dataDirectory =
  process.env["TRADE_ENGINE_EMBEDDED_DATA_DIRECTORY"] ??
  process.env["TRADE_ENGINE_DATA_DIRECTORY"] ??
  inRoot(".data");
