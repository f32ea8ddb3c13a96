// @ts-check
import { palette, singleKeys, theme } from "../state/settings.js";
import { html } from "../vendor/lit-html/lit-html.js";
import { segments } from "./fields.js";

export function settingsDialog() {
  return html`
    <h3>Appearance</h3>
    ${segments(
      "theme",
      "Appearance",
      [
        ["system", "As the system"],
        ["dark", "Dark"],
        ["light", "Light"],
      ],
      theme.value,
      (chosen) => {
        theme.value = /** @type {typeof theme.value} */ (chosen);
      },
    )}
    <h3>Colours of buying and selling</h3>
    ${segments(
      "palette",
      "Colours of buying and selling",
      [
        ["green-red", "Green, red"],
        ["blue-orange", "Blue, orange"],
        ["red-green", "Red, green"],
      ],
      palette.value,
      (chosen) => {
        palette.value = /** @type {typeof palette.value} */ (chosen);
      },
    )}
    <p class="hint">Blue and orange stay apart for colour-blind eyes. Red for rising is the custom in East Asia.</p>
    <h3>Keys of one letter</h3>
    ${segments(
      "single-keys",
      "Keys of one letter",
      [
        ["on", "On"],
        ["off", "Off"],
      ],
      singleKeys.value,
      (chosen) => {
        singleKeys.value = chosen === "off" ? "off" : "on";
      },
    )}`;
}
