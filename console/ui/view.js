// @ts-check
/** Draws a template into a place, and again, at most once a frame, when a signal that it has read changes. */
import { render } from "../vendor/lit-html/lit-html.js";
import { effect } from "../vendor/signals-core.js";

/**
 * @param {HTMLElement} place
 * @param {() => unknown} template
 * @param {number} [everyMs] not more often than this
 */
export function view(place, template, everyMs = 0) {
  let drawnAt = 0;
  const draw = () => {
    let isDrawn = false;
    drawnAt = performance.now();
    const stop = effect(() => {
      if (!isDrawn) {
        isDrawn = true;
        render(template(), place);
        return;
      }
      stop();
      const waitMs = drawnAt + everyMs - performance.now();
      if (waitMs > 0) setTimeout(() => requestAnimationFrame(draw), waitMs);
      else requestAnimationFrame(draw);
    });
  };
  draw();
}

/**
 * The element of the page with this id, which is there.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function place(id) {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no #${id}`);
  return element;
}
