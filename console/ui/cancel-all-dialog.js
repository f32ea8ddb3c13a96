// @ts-check
import { cancelAll } from "../state/actions.js";
import { openOrders } from "../state/orders.js";
import { html } from "../vendor/lit-html/lit-html.js";
import { closeDialog } from "./dialogs.js";
import { cancelScope } from "./ledger-panel.js";

export function cancelAllDialog() {
  const scope = cancelScope();
  const count = (openOrders.value ?? []).filter(({ symbol }) => scope === null || symbol === scope).length;
  const go = () => {
    closeDialog();
    void cancelAll(scope);
  };
  return html`<p>${count === 1 ? "One open order" : `${count} open orders`}${scope === null ? ", of every pair," : ` of ${scope}`} will be cancelled.</p>
    <div class="acts"><button class="small" @click=${closeDialog}>Keep them</button>
      <button autofocus class="small danger" @click=${go}>Cancel ${count === 1 ? "it" : "all"}</button></div>`;
}
