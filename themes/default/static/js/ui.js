// Small enhancements; every page works without them. Each module looks after one thing; heavy ones come when needed.
import { all, one, onArrival, onVerb, prepare, tell, token, verb } from "./dom.js";
import "./alerts.js";
import "./favourites.js";
import "./form-change.js";
import "./form-conditions.js";
import "./form-draft.js";
import "./form-paste.js";
import "./form-tabs.js";
import "./guard.js";
import "./keyboard.js";
import "./lines.js";
import "./mode.js";
import "./palette.js";
import "./pickers.js";
import "./quick.js";
import "./selection.js";
import "./sheets.js";
import "./sidebar.js";

// What was typed stays where it is: somebody who is logged out can still take it along.
const REFUSED = {
  401: "You are not logged in any more; nothing was changed. Log in and load this page again.",
  403: "You may not do this, or you logged in anew since this page was loaded; load it again.",
};

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRF-Token"] = token();
  const parameters = event.detail.parameters;
  if (event.detail.verb !== "get") return;
  for (const name of [...new Set(parameters.keys?.() ?? [])]) {
    if (parameters.getAll(name).every((value) => value === "")) parameters.delete(name);
  }
});

// A failed fragment falls back to the whole page, which says what went wrong.
document.addEventListener("htmx:responseError", (event) => {
  const url = event.detail.requestConfig.verb === "get" && event.detail.pathInfo?.finalRequestPath;
  if (url) location.assign(url);
  else tell(REFUSED[event.detail.xhr.status] ?? "That did not work; nothing was changed. Try again.", "bad");
});
document.addEventListener("htmx:sendError", () => tell("The server cannot be reached; nothing was changed. Try again.", "bad"));

document.addEventListener("htmx:afterSettle", (event) => prepare(event.detail.elt ?? document));

// Cells that may be changed in place bring what changes them.
onArrival(() => one("table[data-edit-url]") && import("./cells.js"));

onVerb("print", () => print());

document.addEventListener("click", (event) => {
  const target = event.target.closest("[data-do], [name=_add], [name=_remove]");
  const run = target && verb(target.dataset.do ?? target.name);
  if (run) {
    event.preventDefault();
    run(target, event);
    return;
  }
  all("details.menu[open]").forEach((menu) => menu.contains(event.target) || (menu.open = false));
  const row = event.target.closest("tr.row");
  if (row && !event.target.closest("a, button, input, label, select, textarea") && !String(getSelection())) one("td.key a", row)?.click();
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
});

// Who sets up is most often where the organisation is; a zone that the list does not know changes nothing.
onArrival(() => {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  all("select[data-own-zone]").forEach((select) => [...select.options].some((option) => option.value === timeZone) && (select.value = timeZone));
});

// The first field with a fault, else the summary, is where the eyes and the keyboard should be.
one("[data-focus]")?.focus();
prepare(document);
