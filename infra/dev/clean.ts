/** `npm run clean`: removes what tools have made. Packages and data stay. */
import { existsSync, rmSync } from "node:fs";
import { inRoot } from "./launch/paths.mjs";

const made = ["coverage", ".cache"].filter((name) => existsSync(inRoot(name)));
for (const name of made) rmSync(inRoot(name), { recursive: true, force: true });
console.log(made.length === 0 ? "Nothing to remove." : `Removed ${made.join(", ")}.`);
