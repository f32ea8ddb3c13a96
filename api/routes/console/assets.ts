import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { extname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";

/**
 * The console's files as the browser loads them: the modules and style sheets below `console/` as they are, and
 * the few files of installed packages that they import. Nothing is built. They are read once, at the first request; together they have
 * one version, the hash of their bytes, which stands in every address: what is cached is never stale, and no page
 * mixes the files of two versions.
 */
export interface ConsoleAssets {
  readonly version: string;
  /** The page itself, with the version in its addresses. */
  readonly page: string;
  readonly pageTag: string;
  /** By the path below `/console/<version>/`. */
  readonly files: ReadonlyMap<string, ConsoleAsset>;
}

export interface ConsoleAsset {
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Brotli; null where that does not pay. */
  compressed(): Uint8Array<ArrayBuffer> | null;
}

const TYPES: Readonly<Record<string, string>> = {
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

/** Files of packages, by the path that the console's modules import them under. */
const VENDOR: Readonly<Record<string, readonly [packageName: string, file: string]>> = {
  "vendor/lit-html/lit-html.js": ["lit-html", "lit-html.js"],
  "vendor/lit-html/directive.js": ["lit-html", "directive.js"],
  "vendor/lit-html/directive-helpers.js": ["lit-html", "directive-helpers.js"],
  "vendor/lit-html/directives/live.js": ["lit-html", "directives/live.js"],
  "vendor/lit-html/directives/repeat.js": ["lit-html", "directives/repeat.js"],
  "vendor/signals-core.js": ["@preact/signals-core", "dist/signals-core.mjs"],
  "vendor/lightweight-charts.js": ["lightweight-charts", "dist/lightweight-charts.standalone.production.mjs"],
  "vendor/inter.woff2": ["@fontsource-variable/inter", "files/inter-latin-wght-normal.woff2"],
};

/** The page; everything else below the folder that has a type above is a file of its own. */
const PAGE = "index.html";
/** What stands for the versioned folder in the page. */
const FOLDER_MARK = "{{console}}";
/** What stands for the list of modules: asked for all at once, not one behind the other as each is found. */
const MODULES_MARK = "<!-- modules -->";
const WORTH_COMPRESSING_BYTES = 512;
const VERSION_LENGTH = 16;
const QUALITY = { [constants.BROTLI_PARAM_QUALITY]: 5 };

const folder = fileURLToPath(new URL("../../../console", import.meta.url));
// Not every package lets its files be asked for by name, and the programs run out of this checkout.
const packages = fileURLToPath(new URL("../../../node_modules", import.meta.url));

let loaded: ConsoleAssets | null = null;

/** Reads them at the first call; a file that is missing throws. */
export function consoleAssets(): ConsoleAssets {
  loaded ??= load();
  return loaded;
}

function load(): ConsoleAssets {
  const page = readFileSync(join(folder, PAGE), "utf8");
  const files = new Map<string, ConsoleAsset>();
  for (const path of ownFiles()) add(files, path.split(sep).join("/"), join(folder, path));
  for (const [path, [packageName, file]] of Object.entries(VENDOR)) {
    add(files, path, join(packages, packageName, file));
  }
  const hash = createHash("sha256").update(page);
  for (const [path, { bytes }] of files) hash.update(path).update(bytes);
  const version = hash.digest("hex").slice(0, VERSION_LENGTH);
  const preloads = [...files.keys()]
    .filter((path) => path.endsWith(".js"))
    .map((path) => `<link rel="modulepreload" href="${FOLDER_MARK}/${path}">`);
  return {
    version,
    page: page.replace(MODULES_MARK, preloads.join("\n    ")).replaceAll(FOLDER_MARK, `/console/${version}`),
    pageTag: `"${version}"`,
    files,
  };
}

function ownFiles(): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && TYPES[extname(entry.name)] !== undefined)
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

function add(files: Map<string, ConsoleAsset>, path: string, source: string): void {
  const bytes = new Uint8Array(readFileSync(source));
  const type = TYPES[extname(path)];
  if (type === undefined) throw new Error(`no content type for ${path}`);
  const pays = extname(path) !== ".woff2" && bytes.byteLength >= WORTH_COMPRESSING_BYTES;
  let compressed: Uint8Array<ArrayBuffer> | null = null;
  files.set(path, {
    type,
    bytes,
    compressed: () => {
      if (pays) compressed ??= new Uint8Array(brotliCompressSync(bytes, { params: QUALITY }));
      return compressed;
    },
  });
}
