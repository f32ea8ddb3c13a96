// @ts-check
/** What the reader has chosen, kept in this browser. */
import { effect, signal } from "../vendor/signals-core.js";

/**
 * A signal that outlives the page.
 * @template {string} T
 * @param {string} name
 * @param {readonly [T, ...T[]]} choices the first one is the default
 */
function kept(name, choices) {
  const key = `trade-engine.${name}`;
  const stored = /** @type {T} */ (read(key) ?? "");
  const value = signal(choices.includes(stored) ? stored : choices[0]);
  effect(() => write(key, value.value));
  return value;
}

/** @param {string} key */
function read(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // storage is switched off in this browser: choices last as long as the page
  }
}

/**
 * @param {string} key
 * @param {string} value
 */
function write(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // As above.
  }
}

const THEMES = /** @type {const} */ (["system", "dark", "light"]);
const PALETTES = /** @type {const} */ (["green-red", "blue-orange", "red-green"]);
export const INTERVALS = /** @type {const} */ (["1s", "1m", "5m", "15m", "1h", "4h", "1d"]);

export const theme = kept("theme", THEMES);
export const palette = kept("palette", PALETTES);
/** Keys of one letter act anywhere; who uses speech input or a switch may want them off. */
export const singleKeys = kept("single-keys", ["on", "off"]);
/** "auto": seconds while the market is young, then minutes. */
export const interval = kept("interval", ["auto", ...INTERVALS]);
/** @type {import("../vendor/signals-core.js").Signal<string>} */
export const lastPair = signal(read("trade-engine.pair") ?? "BTC/USDT");
effect(() => write("trade-engine.pair", lastPair.value));

const systemIsDark = matchMedia("(prefers-color-scheme: dark)");
const systemTheme = signal(systemIsDark.matches ? "dark" : "light");
systemIsDark.addEventListener("change", ({ matches }) => {
  systemTheme.value = matches ? "dark" : "light";
});

/** The theme in force. @type {import("../vendor/signals-core.js").Signal<"dark" | "light">} */
export const shownTheme = signal("dark");
effect(() => {
  const chosen = theme.value === "system" ? systemTheme.value : theme.value;
  shownTheme.value = chosen === "light" ? "light" : "dark";
});

effect(() => {
  document.documentElement.dataset["theme"] = shownTheme.value;
  document.documentElement.dataset["palette"] = palette.value;
});
