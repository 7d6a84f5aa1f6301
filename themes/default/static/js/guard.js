// Nothing typed is lost by a stray click, and nothing is sent twice
import { all, one } from "./dom.js";

const changed = new Set();
export function markChanged(form) {
  if (form?.matches("[data-guard]")) changed.add(form);
}
export const isChanged = (form) => changed.has(form);
const unsaved = () => [...changed].find((form) => form.isConnected && !form.closest("dialog"));

addEventListener("beforeunload", (event) => {
  if (unsaved()) event.preventDefault();
});

// ---- a link out of a form that was changed asks first

function asking() {
  const known = one("#unsaved");
  if (known) return known;
  const dialog = document.createElement("dialog");
  dialog.id = "unsaved";
  dialog.className = "sheet ask";
  dialog.setAttribute("aria-labelledby", "unsaved-title");
  dialog.innerHTML = `<div class="sheet-head"><h2 id="unsaved-title"></h2></div>
    <div class="sheet-body"><p>You typed something here that is not saved yet.</p>
    <div class="form-end"><button class="button primary" value="save"></button><button class="button" value="leave">Leave without saving</button><button class="button plain" value="stay">Stay here</button></div></div>`;
  document.body.append(dialog);
  dialog.addEventListener("click", (event) => event.target.value && dialog.close(event.target.value));
  return dialog;
}

const saverOf = (form) => one("[data-save]", form);
export const submit = (form) => form.requestSubmit(saverOf(form));

// Answers "save", "leave" or "stay"; what saves a form has the name that it has there.
export function askToLeave(form) {
  const dialog = asking();
  const saving = saverOf(form)?.textContent.trim() ?? "Save";
  one("h2", dialog).textContent = saving === "Save" ? "Save what you changed?" : `${saving} first?`;
  one("[value=save]", dialog).textContent = saving;
  dialog.returnValue = "stay";
  return new Promise((answer) => {
    dialog.addEventListener("close", () => answer(dialog.returnValue), { once: true });
    dialog.showModal();
  });
}

async function ask(form, link) {
  const answer = await askToLeave(form);
  if (answer === "save") return submit(form);
  if (answer !== "leave") return link.focus();
  changed.clear();
  form.dispatchEvent(new CustomEvent("left", { bubbles: true }));
  link.click();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  const form = unsaved();
  if (!link || !form || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  const url = new URL(link.href, location.href);
  const inPage = url.origin !== location.origin || (url.pathname === location.pathname && url.search === location.search && url.hash);
  if (inPage || link.target === "_blank" || link.download || link.closest("dialog") || link.matches("[data-sheet], [data-do]:not([data-do=cancel]), [data-show], [hx-get]")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  ask(form, link);
}, true);

document.addEventListener("input", (event) => markChanged(event.target.form));
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  changed.clear();
  const button = event.submitter;
  // Twice pressed must not be twice done; disabled after the form's data was taken, so that the button's name is sent.
  if (button && event.target.method === "post") setTimeout(() => (button.disabled = true));
});
addEventListener("pageshow", () => all("button[disabled][type=submit]:not([data-off])").forEach((button) => (button.disabled = false)));
