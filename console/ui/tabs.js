// @ts-check
/** Tabs, with the arrow keys between them (ARIA's tab pattern). */
import { html } from "../vendor/lit-html/lit-html.js";

/**
 * @param {string} label
 * @param {string} name the panel shown is `#<name>-panel`
 * @param {readonly (readonly [value: string, label: string])[]} choices
 * @param {string} chosen
 * @param {(value: string) => void} choose
 */
export function tabList(label, name, choices, chosen, choose) {
  const values = choices.map(([value]) => value);
  const onKey = (/** @type {KeyboardEvent} */ event) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const next = /** @type {string} */ (
      values[(values.indexOf(chosen) + step + values.length) % values.length]
    );
    choose(next);
    document.getElementById(`${name}-${next}`)?.focus();
  };
  return html`<div class="tabs" role="tablist" aria-label=${label} @keydown=${onKey}>
    ${choices.map(
      ([
        value,
        text,
      ]) => html`<button role="tab" id="${name}-${value}" aria-selected=${value === chosen} aria-controls="${name}-panel"
        tabindex=${value === chosen ? 0 : -1} @click=${() => choose(value)}>${text}</button>`,
    )}</div>`;
}
