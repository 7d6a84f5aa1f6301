// The plus in the top bar: what this person makes most stands first.
import { all, one, onArrival } from "./dom.js";
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

document.addEventListener("click", (event) => {
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
