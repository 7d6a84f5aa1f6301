// Nothing typed is lost: a form is kept in this window until it is saved, and offered back after a log-in or a failure.
import { all, one, onVerb, tell } from "./dom.js";
import { fill } from "./form-cells.js";
import { markChanged } from "./guard.js";
import { addRows } from "./lines.js";
import { reveal } from "./form-tabs.js";

const PREFIX = "openmill.draft.";
const WAIT = 400;
const UNKEPT = ["csrf_token", "_version", "_add", "_remove"];
const form = one("main form[data-draft]");
const key = form && `${PREFIX}${form.dataset.draft}.${location.pathname}`;

function stored(name) {
  try {
    return JSON.parse(sessionStorage.getItem(name));
  } catch {
    return null;
  }
}

function store(name, draft) {
  try {
    sessionStorage.setItem(name, JSON.stringify(draft));
  } catch {
    // No room left: the page itself still guards what is typed.
  }
}

const drafts = () => Object.keys(sessionStorage).filter((name) => name.startsWith(PREFIX));
const version = () => form.elements._version?.value ?? "";

function typed() {
  const secret = new Set(all("input[type=password], input[type=file]", form).map((control) => control.name));
  const entries = [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !UNKEPT.includes(name) && !secret.has(name));
  const labels = Object.fromEntries(all("select[data-picker]", form).filter((select) => select.value).map((select) => [select.value + select.dataset.picker, select.tomselect?.options[select.value]?.label ?? select.selectedOptions[0]?.textContent.trim()]));
  return { entries, labels, version: version(), at: new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" }) };
}

let timer = 0;
const keep = (sent = false) => store(key, { ...typed(), sent });
function keepSoon() {
  clearTimeout(timer);
  timer = setTimeout(keep, WAIT);
}

function putBack({ entries, labels }) {
  const values = new Map();
  entries.forEach(([name, value]) => values.set(name, [...(values.get(name) ?? []), value]));
  for (const grid of all("[data-lines]", form)) restoreRows(grid, [...values.keys()], values);
  for (const control of form.elements) {
    if (!control.name || UNKEPT.includes(control.name) || ["hidden", "submit", "password", "file"].includes(control.type) || control.multiple) continue;
    const value = values.get(control.name)?.at(-1);
    if (control.type === "checkbox") fill(control, String(value !== undefined));
    else if (value !== undefined) fill(control, value, labels[value + control.dataset.picker]);
  }
  markChanged(form);
}

// Rows come back under the numbers they had, so that each line keeps its own.
function restoreRows(grid, names, values) {
  const numbers = [...new Set(names.map((name) => new RegExp(`^${grid.dataset.lines}-(\\d+)-`).exec(name)?.[1]).filter(Boolean))];
  const known = new Map([...one("tbody", grid).rows].map((row) => [row.dataset.index, row]));
  known.forEach((row, index) => numbers.includes(index) || row.remove());
  const missing = numbers.filter((index) => !known.has(index));
  addRows(grid, missing.length).forEach((row, place) => {
    const [from, to] = [`${grid.dataset.lines}-${row.dataset.index}-`, `${grid.dataset.lines}-${missing[place]}-`];
    row.dataset.index = missing[place];
    all("[name]", row).forEach((control) => {
      control.name = control.name.replace(from, to);
      control.id = control.id.replace(from, to);
    });
    const id = values.get(`${to}id`)?.[0];
    if (id) one("td", row).append(Object.assign(document.createElement("input"), { type: "hidden", name: `${to}id`, value: id }));
  });
}

function offer(draft) {
  const note = document.createElement("div");
  note.className = "note warn draft-offer";
  note.setAttribute("role", "status");
  note.innerHTML = `<div><p></p><div class="cluster"><button class="button" type="button" data-do="draft-back">Put it back</button><button class="button plain" type="button" data-do="draft-away">Throw it away</button></div></div>`;
  one("p", note).textContent = `What you typed here at ${draft.at} was not saved.${draft.version === version() ? "" : " Somebody has saved this record since then."}`;
  form.before(note);
  onVerb("draft-back", () => {
    putBack(draft);
    note.remove();
    const first = all("input:not([type=hidden]), textarea", form)[0];
    reveal(first);
    first?.focus();
    tell("It is back. Save it when it is right.", "info");
  });
  onVerb("draft-away", () => {
    sessionStorage.removeItem(key);
    note.remove();
  });
}

// Where the page says that it is saved, what was sent has arrived.
if (one(".app .note.good")) {
  drafts().filter((name) => stored(name)?.sent).forEach((name) => sessionStorage.removeItem(name));
}

const same = (draft) => JSON.stringify(draft.entries) === JSON.stringify(typed().entries);

if (form) {
  const draft = stored(key);
  // After a refusal the page carries what was typed by itself.
  if (draft && !one("main [role=alert]") && !same(draft)) offer(draft);
  for (const kind of ["input", "change", "filled"]) form.addEventListener(kind, keepSoon);
  form.addEventListener("left", () => {
    clearTimeout(timer);
    sessionStorage.removeItem(key);
  });
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    if (!event.defaultPrevented) keep(true);
  });
}
// Whoever logs out leaves nothing behind.
document.addEventListener("submit", (event) => {
  if (new URL(event.target.action).pathname === "/logout") drafts().forEach((name) => sessionStorage.removeItem(name));
});
