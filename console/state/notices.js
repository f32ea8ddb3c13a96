// @ts-check
/** Short messages that come and go by themselves; each is read out once. */
import { signal } from "../vendor/signals-core.js";

/** @typedef {{ readonly id: number, readonly tone: "good" | "bad" | "plain", readonly title: string, readonly text: string }} Notice */

const SHOWN_MS = 6_000;
const MOST = 4;

/** @type {import("../vendor/signals-core.js").Signal<readonly Notice[]>} */
export const notices = signal(/** @type {readonly Notice[]} */ ([]));
let last = 0;

/**
 * @param {Notice["tone"]} tone
 * @param {string} title
 * @param {string} [text]
 */
export function notify(tone, title, text = "") {
  last += 1;
  const id = last;
  notices.value = [...notices.value, { id, tone, title, text }].slice(-MOST);
  setTimeout(() => dismiss(id), SHOWN_MS);
}

/** @param {number} id */
export function dismiss(id) {
  notices.value = notices.value.filter((notice) => notice.id !== id);
}
