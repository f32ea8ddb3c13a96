// @ts-check
/** Logging in: as a dev user where the server takes those, by a token, or by an API key. */
import { SecretError } from "../net/signer.js";
import { caller, devUser, logInByKey, logInByToken, logOut } from "../state/session.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { signal } from "../vendor/signals-core.js";
import { closeDialog } from "./dialogs.js";
import { segments } from "./fields.js";

/** @typedef {"dev" | "token" | "key"} Way */

const way = signal(/** @type {Way | null} */ (null));
const algorithm = signal(/** @type {"HMAC" | "Ed25519"} */ ("Ed25519"));
const fault = signal("");

export function accountDialog() {
  const ways = [
    .../** @type {const} */ ([["dev", "Dev user"]]).filter(() => devUser.value !== null),
    ["token", "Token"],
    ["key", "API key"],
  ];
  const chosen = way.value ?? (devUser.value === null ? "token" : "dev");
  return html`
    ${
      caller.value === null
        ? nothing
        : html`<p class="who"><span>Trading as <b>${caller.value.name}</b></span><button class="small" @click=${() => void logOut()}>Log out</button></p>`
    }
    ${segments("way", "Way to log in", /** @type {[string, string][]} */ (ways), chosen, (each) => {
      way.value = /** @type {Way} */ (each);
      fault.value = "";
    })}
    <form autocomplete="off" @submit=${(/** @type {SubmitEvent} */ event) => void submit(event, chosen)}>
      ${fields(chosen)}
      ${fault.value === "" ? nothing : html`<p class="problem" role="alert">${fault.value}</p>`}
      <div class="acts"><button class="small primary">Trade as this</button></div>
    </form>`;
}

/** @param {Way} chosen */
function fields(chosen) {
  if (chosen === "dev") {
    return html`${input("user", "User", { value: caller.value?.kind === "dev" ? caller.value.name : (devUser.value ?? ""), first: true })}
      <p class="hint">Dev tokens are on: anybody is anybody. A second tab as somebody else trades with this one.</p>`;
  }
  if (chosen === "token") {
    return html`${input("token", "Bearer token", { secret: true, first: true })}<p class="hint">Kept until this tab closes.</p>`;
  }
  return html`
    ${input("keyId", "Key id", { first: true })}
    ${segments(
      "algorithm",
      "Kind of key",
      [
        ["Ed25519", "Ed25519"],
        ["HMAC", "HMAC-SHA256"],
      ],
      algorithm.value,
      (each) => {
        algorithm.value = each === "HMAC" ? "HMAC" : "Ed25519";
      },
    )}
    ${input("secret", algorithm.value === "HMAC" ? "Secret" : "Private key", { secret: true })}
    <label class="check"><input type="checkbox" name="remember"><span>Remember on this device</span></label>
    <p class="hint">Requests are signed in this browser. The secret is sent to nobody and stored nowhere; what is remembered is a key that cannot be read out.</p>`;
}

/** @param {string} name @param {string} label @param {{ value?: string, secret?: boolean, first?: boolean }} options */
function input(name, label, { value = "", secret = false, first = false }) {
  return html`<div class="field"><div class="box"><label for="account-${name}">${label}</label>
    <input id="account-${name}" name=${name} autocomplete="off" type=${secret ? "password" : "text"} .value=${value} ?autofocus=${first} required spellcheck="false"></div></div>`;
}

/** @param {SubmitEvent} event @param {Way} chosen */
async function submit(event, chosen) {
  event.preventDefault();
  const data = new FormData(/** @type {HTMLFormElement} */ (event.target));
  const text = (/** @type {string} */ name) => String(data.get(name) ?? "").trim();
  try {
    if (chosen === "dev") logInByToken(`dev:${text("user")}`);
    else if (chosen === "token") logInByToken(text("token").replace(/^bearer /i, ""));
    else await logInByKey(text("keyId"), algorithm.peek(), text("secret"), data.has("remember"));
    fault.value = "";
    closeDialog();
  } catch (error) {
    fault.value = error instanceof SecretError ? error.message : "This browser cannot use that key.";
  }
}
