// The keyboard. A module registers what a key does with shortcut(); the help sheet is made from what was registered.
import { all, one, onArrival, onVerb, send, tell, typing } from "./dom.js";

const SEQUENCE_MS = 1200;
// A record, or a group of them: each has a link that j and k go to.
const ROW_LINK = ".list :is(td, tr.group th).key a";
const known = new Map();
let begun = "";
let timer = 0;

// keys: "j", "?", "g h" (one after the other), "Control+k", "Alt+n". `on` names the element that the key presses:
// there the key is announced, and without it the key does nothing and is not in the help sheet.
export function shortcut(keys, words, run, { group = "Everywhere", on = "" } = {}) {
  known.set(keys, { words, group, on, run: run ?? (() => one(on)?.click()) });
}

const usable = ({ on }) => !on || one(on);
const single = (keys) => !/^(Control|Alt)\+/.test(keys);
// WCAG 2.1.4: whoever speaks to the machine, or trembles, turns single keys off in the preferences.
const singleKeysOn = () => document.documentElement.dataset.singleKeys !== "off";

function moveRow(step) {
  const links = all(ROW_LINK);
  if (!links.length) return;
  const here = links.findIndex((link) => link.closest("tr").contains(document.activeElement));
  const next = links[here < 0 ? (step > 0 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, here + step))];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

function named(keys) {
  const parts = keys.split(/[ +]/).map((part) => {
    const kbd = document.createElement("kbd");
    kbd.textContent = { Control: "Ctrl", k: keys.includes("+") ? "K" : "k" }[part] ?? (keys.includes("+") ? part.toUpperCase().replace("ALT", "Alt") : part);
    return kbd;
  });
  return parts.flatMap((part, index) => (index ? [" ", part] : [part]));
}

function help() {
  const dialog = one("#shortcuts");
  if (!dialog || dialog.open) return;
  draw();
  dialog.showModal();
}

function draw() {
  const groups = new Map();
  for (const [keys, item] of known) {
    if (!usable(item) || (single(keys) && !singleKeysOn())) continue;
    groups.set(item.group, [...(groups.get(item.group) ?? []), [keys, item]]);
  }
  const parts = [...groups].map(([title, items]) => {
    const section = document.createElement("section");
    const heading = document.createElement("h3");
    heading.textContent = title;
    const list = document.createElement("dl");
    for (const [keys, item] of items) {
      const term = document.createElement("dt");
      term.append(...named(keys));
      const words = document.createElement("dd");
      words.textContent = item.words;
      list.append(term, words);
    }
    section.append(heading, list);
    return section;
  });
  one("[data-shortcuts]").replaceChildren(...parts);
}

document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-single-keys-choice]")) return;
  const on = event.target.checked;
  document.documentElement.dataset.singleKeys = on ? "on" : "off";
  draw();
  send("/api/v1/me/preferences", { method: "PATCH", body: { single_keys: on } }).catch((error) => tell(error.message, "bad"));
});

const LIST = { group: "In a list" };
shortcut("Alt+n", "New record", null, { on: "[data-new]" });
shortcut("Control+s", "Save", null, { group: "In a form", on: "[data-save]" });
shortcut("g h", "Home", null, { on: "[data-home]" });
shortcut("g l", "The last list", () => lastList() && location.assign(lastList()));
shortcut("?", "These shortcuts", help);
shortcut("/", "Search the list", () => one("[data-search]")?.focus(), { ...LIST, on: "[data-search]" });
shortcut("j", "Next row", () => moveRow(1), { ...LIST, on: ROW_LINK });
shortcut("k", "Previous row", () => moveRow(-1), { ...LIST, on: ROW_LINK });
shortcut("x", "Select the row", () => document.activeElement.closest("tr.row")?.querySelector("input[type=checkbox]")?.click(), { ...LIST, on: '.list input[name="ids"]' });
shortcut("n", "New record", null, { ...LIST, on: "[data-new]" });
shortcut("[", "Previous", null, { ...LIST, on: "[data-previous]" });
shortcut("]", "Next", null, { ...LIST, on: "[data-next]" });
onVerb("help", help);

const LAST = "openmill:last-list";
const lastList = () => sessionStorage.getItem(LAST);
function remember() {
  if (one(".list")) sessionStorage.setItem(LAST, location.pathname + location.search);
}

// Every element that a key presses says so.
onArrival(() => {
  remember();
  for (const [keys, { on }] of known) {
    const element = on && !on.includes(" ") && one(on);
    if (!element || (single(keys) && !singleKeysOn())) continue;
    const said = (element.getAttribute("aria-keyshortcuts") ?? "").split(" ").filter(Boolean);
    if (!keys.includes(" ") && !said.includes(keys)) element.setAttribute("aria-keyshortcuts", [...said, keys].join(" "));
  }
});

function pressed(event) {
  const key = event.code?.startsWith("Key") && event.altKey ? event.code.slice(3).toLowerCase() : event.key.length === 1 && (event.ctrlKey || event.metaKey) ? event.key.toLowerCase() : event.key;
  return `${event.ctrlKey || event.metaKey ? "Control+" : ""}${event.altKey ? "Alt+" : ""}${key}`;
}

function run(keys, event) {
  const item = known.get(keys);
  if (!item || !usable(item)) return false;
  event.preventDefault();
  item.run(event);
  return true;
}

function escape() {
  const menu = all("details.menu[open]").pop();
  if (menu) {
    menu.open = false;
    one("summary", menu).focus();
  } else if (location.hash === "#menu") {
    location.hash = "main";
  }
}

document.addEventListener("keydown", (event) => {
  // Enter chooses in a picker; before the answer is there it must not send the form instead.
  if (event.key === "Enter" && event.target.closest(".ts-wrapper")) event.preventDefault();
  if (event.defaultPrevented && event.key !== "Enter") return;
  if (event.key === "Escape") return escape();
  const keys = pressed(event);
  if (!single(keys)) {
    run(keys, event);
    return;
  }
  if (!singleKeysOn() || typing(event.target) || one("dialog[open]")) return;
  const sequence = begun && `${begun} ${keys}`;
  begun = "";
  if (sequence && run(sequence, event)) return;
  if (run(keys, event)) return;
  if ([...known.keys()].some((each) => each.startsWith(`${keys} `))) {
    begun = keys;
    clearTimeout(timer);
    timer = setTimeout(() => (begun = ""), SEQUENCE_MS);
  }
});
