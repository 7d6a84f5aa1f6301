// An action's page, shown over the page it was asked on
import { one, onVerb, prepare } from "./dom.js";
import { askToLeave, isChanged, markChanged, submit } from "./guard.js";

export async function openSheet(link) {
  const dialog = one("#sheet");
  link.closest("details.menu")?.removeAttribute("open");
  const answer = await fetch(link.href, { headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const action = one("#action", page);
  if (!answer.ok || !action) return location.assign(link.href);
  one("#sheet-title", dialog).textContent = one("h1", page).textContent;
  one(".sheet-body", dialog).replaceChildren(...(one(".lede", page) ? [one(".lede", page)] : []), action);
  dialog.showModal();
  prepare(dialog);
  window.htmx?.process(dialog);
  const first = one("input:not([type=hidden]), select, textarea, button[type=submit]", one("#action", dialog));
  (first?.tomselect ?? first)?.focus();
}

// What a form refuses is shown where it was asked, with what was typed.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, xhr } = event.detail;
  const asked = ["beside", "action", "forecast"].includes(target?.id);
  const isPage = (xhr.getResponseHeader("Content-Type") ?? "").includes("html");
  if (asked && isPage && xhr.status >= 400 && xhr.status < 500) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});

// What was refused or only foretold is still nowhere but here.
document.addEventListener("htmx:afterSwap", (event) => event.detail.target?.id === "action" && markChanged(one("#sheet[open] #action form")));

async function leave(dialog) {
  const form = one("#action form", dialog);
  const answer = form && isChanged(form) ? await askToLeave(form) : "leave";
  if (answer === "save") submit(form);
  if (answer === "leave") dialog.close();
}

onVerb("close", (target) => leave(target.closest("dialog")));
onVerb("cancel", (target) => (target.closest("dialog") ? leave(target.closest("dialog")) : location.assign(target.href)));
document.addEventListener("cancel", (event) => {
  if (event.target.id !== "sheet") return;
  event.preventDefault();
  leave(event.target);
}, true);
document.addEventListener("click", (event) => {
  const sheet = event.target.closest("a[data-sheet]");
  if (sheet && !event.defaultPrevented && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    openSheet(sheet).catch(() => location.assign(sheet.href));
  }
});
