// The plus in the top bar: what this person makes most stands first, and is made in a sheet over the page.
import { all, one, onArrival, tell } from "./dom.js";
import { shortcut } from "./keyboard.js";
import { keep, recall } from "./memory.js";

const made = recall("made", {});

onArrival(() => {
  const list = one("[data-most-used]");
  if (!list || list.dataset.sorted) return;
  list.dataset.sorted = "yes";
  const times = (link) => made[link.getAttribute("href")] ?? 0;
  list.append(...all("a", list).sort((a, b) => times(b) - times(a)));
  if (one("[data-quick]").open) one("a", list)?.focus();
});

function madeHere(record) {
  one("[data-quick] summary").focus();
  if (!record) return;
  tell(`${record.kind} ${record.label} is made.`, "good", record.url);
  const list = record.url.replace(/\/\d+$/, "") === location.pathname && one("#list");
  if (list) htmx.ajax("GET", location.href, { target: "#list", select: "#list", swap: "outerHTML" });
}

export function makeHere(link) {
  link.closest("details.menu")?.removeAttribute("open");
  import("./form-create.js").then(({ createRecord }) => createRecord(link.href, madeHere, { beside: false })).catch(() => location.assign(link.href));
}

document.addEventListener("click", (event) => {
  const here = event.target.closest("a[data-make]");
  if (here && !event.defaultPrevented && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    makeHere(here);
  }
  const link = event.target.closest("[data-most-used] a");
  if (link) keep("made", { ...made, [link.getAttribute("href")]: (made[link.getAttribute("href")] ?? 0) + 1 });
});

// Arrow keys walk through any menu that is open.
document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("details.menu[open]");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!menu || !step || event.target.matches("input, select, textarea")) return;
  const items = all(".menu-panel a, .menu-panel button", menu).filter((item) => item.checkVisibility());
  if (!items.length) return;
  event.preventDefault();
  const here = items.indexOf(document.activeElement);
  items[(here + step + items.length) % items.length].focus();
});

shortcut("c", "Make a new record", () => {
  const menu = one("[data-quick]");
  menu.open = true;
  one("summary", menu).focus();
}, { on: "[data-quick-open]" });
