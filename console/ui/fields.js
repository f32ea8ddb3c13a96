// @ts-check
/** Parts of forms. */
import { add, compare, exact, floorTo, format, parse, subtract, ZERO } from "../amounts/decimal.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";

/** @typedef {import("../../api/problem.ts").Problem} Problem */

/**
 * A labelled control with its unit, and below it what is wrong with it.
 * @param {{ id: string, label: string, unit: string, fault: string | undefined,
 *   control: (attributes: { id: string, invalid: boolean, describedBy: string }) => unknown }} parts
 */
export function field({ id, label, unit, fault, control }) {
  const describedBy = `${id}-fault`;
  return html`<div class="field ${fault === undefined ? "" : "bad"}">
    <div class="box"><label for=${id}>${label}</label>${control({ id, invalid: fault !== undefined, describedBy })}
      ${unit === "" ? nothing : html`<span class="unit">${unit}</span>`}</div>
    <p class="fault" id=${describedBy}>${fault ?? nothing}</p>
  </div>`;
}

/**
 * One of several, side by side: radio buttons, so that arrow keys move among them.
 * @param {string} name
 * @param {string} legend
 * @param {readonly (readonly [value: string, label: string])[]} choices
 * @param {string} chosen
 * @param {(value: string) => void} choose
 */
export function segments(name, legend, choices, chosen, choose) {
  return html`<fieldset class="segments ${name}"><legend class="visually-hidden">${legend}</legend>
    ${choices.map(
      ([value, label]) => html`<label class=${value === chosen ? "chosen" : ""} data-value=${value}>
        <input type="radio" name=${name} value=${value} .checked=${value === chosen} @change=${() => choose(value)}>${label}</label>`,
    )}</fieldset>`;
}

/**
 * One of several, in a list that opens.
 * @param {string} id
 * @param {string} label
 * @param {readonly (readonly [value: string, label: string])[]} choices
 * @param {string} chosen
 * @param {(value: string) => void} choose
 * @param {string} [fault]
 */
export function choice(id, label, choices, chosen, choose, fault) {
  return html`<div class="field choice ${fault === undefined ? "" : "bad"}">
    <div class="box"><label for=${id}>${label}</label>
      <select id=${id} aria-invalid=${fault !== undefined} aria-describedby="${id}-fault"
        @change=${(/** @type {Event} */ event) => choose(/** @type {HTMLSelectElement} */ (event.target).value)}>
        ${choices.map(([value, text]) => html`<option value=${value} .selected=${value === chosen}>${text}</option>`)}
      </select></div>
    <p class="fault" id="${id}-fault">${fault ?? nothing}</p>
  </div>`;
}

/** The server's reason, with its code and where that is explained. @param {Problem} problem */
export function problemBox(problem) {
  const isAbout = problem.detail !== undefined && problem.detail !== problem.title;
  return html`<div class="problem" role="alert" data-testid="problem">
    <b>${problem.title}</b>
    ${isAbout ? html`<p>${problem.detail}</p>` : nothing}
    ${problem.type.startsWith("/") ? html`<a href=${problem.type} target="_blank" rel="noopener"><code>${problem.code}</code></a>` : nothing}
  </div>`;
}

/**
 * Arrow up and down: a step more or less, ten with Shift.
 * @param {KeyboardEvent} event
 * @param {string} step
 * @param {(text: string) => void} take
 */
export function stepAmount(event, step, take) {
  if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
  event.preventDefault();
  const size = exact(step);
  const by = event.shiftKey ? { units: size.units * 10n, scale: size.scale } : size;
  const now = floorTo(parse(/** @type {HTMLInputElement} */ (event.target).value) ?? ZERO, size);
  const next = event.key === "ArrowUp" ? add(now, by) : subtract(now, by);
  if (compare(next, ZERO) > 0) take(format(next, size.scale));
}
