// Tabs of a form: one open at a time, in the address, by arrow keys; a fault or a link opens the tab it stands on.
import { all, one, onArrival } from "./dom.js";

const ownAddress = (tabs) => !tabs.closest("dialog");

function openTab(tab, { focus = false, remember = true } = {}) {
  const tabs = tab.closest("[data-tabs]");
  for (const other of all("[role=tab]", tabs)) {
    const chosen = other === tab;
    other.setAttribute("aria-selected", String(chosen));
    other.tabIndex = chosen ? 0 : -1;
    panelOf(other)?.classList.toggle("open", chosen);
  }
  if (focus) tab.focus();
  if (!ownAddress(tabs)) return;
  const hash = `#${tab.getAttribute("aria-controls")}`;
  if (remember) history.replaceState(history.state, "", hash);
  // What comes after saving opens the same tab: a redirect keeps the fragment it was asked with.
  const form = tabs.closest("form");
  if (form) form.action = new URL(form.action).pathname + hash;
}

const panelOf = (tab) => document.getElementById(tab.getAttribute("aria-controls"));
const tabOf = (panel) => document.getElementById(`${panel.id}-tab`) ?? one(`[role=tab][aria-controls="${panel.id}"]`);

// Shows the tab that an element stands on.
export function reveal(element) {
  const panel = element.closest(".tab-panel:not(.open)");
  if (panel) openTab(tabOf(panel));
}

function goToTarget() {
  const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  if (target.matches(".tab-panel")) openTab(tabOf(target), { remember: false });
  else reveal(target);
}

document.addEventListener("keydown", (event) => {
  const tab = event.target.closest?.("[data-tabs] [role=tab]");
  const step = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity }[event.key];
  if (!tab || step === undefined) return;
  event.preventDefault();
  const tabs = all("[role=tab]", tab.closest("[role=tablist]"));
  const place = Number.isFinite(step) ? (tabs.indexOf(tab) + step + tabs.length) % tabs.length : step < 0 ? 0 : tabs.length - 1;
  openTab(tabs[place], { focus: true });
});

document.addEventListener("click", (event) => {
  const tab = event.target.closest("[data-tabs] [role=tab]");
  if (tab) return openTab(tab);
  // A fault in the summary leads to its input, wherever that is.
  const link = event.target.closest("main a[href^='#f-']");
  const control = link && document.getElementById(decodeURIComponent(link.getAttribute("href").slice(1)));
  if (!control) return;
  event.preventDefault();
  reveal(control);
  (control.tomselect ?? control).focus();
  control.closest("td, .field")?.scrollIntoView({ block: "center" });
});

addEventListener("hashchange", goToTarget);
onArrival((root) => {
  for (const tabs of all("[data-tabs]", root)) {
    for (const tab of all("[role=tab]", tabs)) {
      const panel = panelOf(tab);
      panel.setAttribute("role", "tabpanel");
      panel.setAttribute("aria-labelledby", tab.id);
    }
    // A tab with a fault is open already, and that is where the eyes should be.
    if (ownAddress(tabs) && !one(".tab-faults", tabs)) goToTarget();
  }
});
