// The command palette: pages, actions and records, found while one types.
import { all, one, onVerb, prepare, verb } from "./dom.js";
import { shortcut } from "./keyboard.js";
import { keep, recall } from "./memory.js";
import { makeHere } from "./quick.js";
import { openSheet } from "./sheets.js";

const WAIT_MS = 140;
const MOST_COMMANDS = 8;
const MOST_SEARCHES = 6;
const ONLY = { ">": "deed", "/": "place", "#": "record" };

const dialog = one("#palette");
const input = dialog && one("input", dialog);
const list = dialog && one("#palette-list");
let commands = [];
let asked = 0;
let timer = 0;
let found = null;
let unread = false;

function question() {
  const text = input.value.trimStart();
  const only = ONLY[text[0]] ?? "";
  return { only, text: (only ? text.slice(1) : text).trim() };
}

// How well words fit a text: its beginning before the beginning of a later word; -1 where one begins none.
function fit(text, words) {
  let worth = 0;
  for (const word of words) {
    const place = ` ${text}`.indexOf(` ${word}`);
    if (place < 0) return -1;
    worth += place === 0 ? 2 : 1;
  }
  return worth;
}

async function fetchPart(url) {
  const answer = await fetch(url, { headers: { "X-Fragment": "yes", Accept: "text/html" } });
  if (!answer.ok || answer.redirected) throw new Error("Log in again.");
  return new DOMParser().parseFromString(await answer.text(), "text/html").body;
}

function group(title, options) {
  const box = document.createElement("div");
  box.role = "group";
  const heading = document.createElement("div");
  heading.className = "palette-title";
  heading.role = "presentation";
  heading.textContent = title;
  heading.id = `palette-title-${title.toLowerCase().replaceAll(" ", "-")}`;
  box.setAttribute("aria-labelledby", heading.id);
  box.append(heading, ...options);
  return box;
}

function option(title, url, id) {
  const link = document.createElement("a");
  Object.assign(link, { role: "option", tabIndex: -1, href: url, id });
  link.setAttribute("aria-selected", "false");
  const span = document.createElement("span");
  span.textContent = title;
  link.append(span);
  return link;
}

function note(text) {
  const line = document.createElement("p");
  line.className = "palette-note";
  line.role = "presentation";
  line.textContent = text;
  return line;
}

function matching({ only, text }) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const rows = commands
    .filter(({ node }) => !only || node.dataset.kind === only)
    .map((row) => ({ ...row, worth: fit(row.words, words) }))
    .filter(({ worth }) => worth >= 0);
  if (words.length) rows.sort((a, b) => b.worth - a.worth);
  const shown = words.length || only ? rows : rows.filter(({ title }) => ["This record", "Favourites"].includes(title));
  const groups = new Map();
  for (const row of shown.slice(0, only ? 60 : MOST_COMMANDS)) groups.set(row.title, [...(groups.get(row.title) ?? []), row.node]);
  return [...groups].map(([title, nodes]) => group(title, nodes));
}

function atRest() {
  const recent = recall("recent", []).filter(({ url }) => url !== location.pathname).slice(0, 5);
  const searches = recall("searches", []);
  return [
    ...(recent.length ? [group("Recent", recent.map(({ title, url }, index) => option(title, url, `recent-${index}`)))] : []),
    ...(searches.length ? [group("Searched before", searches.map((text, index) => Object.assign(option(text, `/search?q=${encodeURIComponent(text)}`, `searched-${index}`), { again: text })))] : []),
    note("Type a name, a code or a number. Begin with > for actions, / for pages, # for records alone."),
  ];
}

function draw() {
  const asking = question();
  const parts = asking.only === "record" ? [] : matching(asking);
  const records = asking.text && !["deed", "place"].includes(asking.only) && found ? [...found.children] : [];
  const all_ = [...parts, ...records];
  if (!asking.text && !asking.only) all_.push(...atRest());
  else if (unread) all_.push(note("Records could not be searched; load the page again."));
  else if (!all_.some((part) => part.role === "group")) all_.push(note(asking.text && !found && asking.only !== "deed" ? "Searching…" : "Nothing found. Try the beginning of a name, a code or a number."));
  list.replaceChildren(...all_);
  choose(options()[0]);
  one("[data-told]", dialog).textContent = one(".palette-note", list)?.textContent ?? (asking.text ? `${options().length} results` : "");
}

const options = () => all('[role="option"]', list);
const chosen = () => one('[aria-selected="true"]', list);

function choose(node) {
  chosen()?.setAttribute("aria-selected", "false");
  node?.setAttribute("aria-selected", "true");
  node?.scrollIntoView({ block: "nearest" });
  if (node) input.setAttribute("aria-activedescendant", node.id);
  else input.removeAttribute("aria-activedescendant");
}

function step(by) {
  const rows = options();
  if (rows.length) choose(rows[(rows.indexOf(chosen()) + by + rows.length) % rows.length]);
}

function ask() {
  const { only, text } = question();
  const turn = ++asked;
  clearTimeout(timer);
  found = null;
  unread = false;
  if (text && !["deed", "place"].includes(only)) {
    timer = setTimeout(async () => {
      const part = await fetchPart(`/search?q=${encodeURIComponent(text)}`).catch(() => null);
      // An answer to what was typed before is late.
      if (turn === asked) {
        unread = !part;
        found = part;
        draw();
      }
    }, WAIT_MS);
  }
  draw();
}

async function open() {
  if (!dialog || dialog.open || one("dialog[open]")) return;
  input.value = "";
  found = null;
  dialog.showModal();
  input.focus();
  draw();
  const part = await fetchPart(`/palette?at=${encodeURIComponent(location.pathname)}`).catch(() => null);
  if (!part) return list.replaceChildren(note("The commands could not be read; load the page again."));
  commands = all("[data-group]", part).flatMap((box) => {
    const title = one(".palette-title", box).textContent;
    return all('[role="option"]', box).map((node) => ({ node, title, words: node.textContent.trim().replace(/\s+/g, " ").toLowerCase() }));
  });
  draw();
}

function follow(node, event) {
  if (node.again) {
    input.value = node.again;
    return ask();
  }
  const { text } = question();
  if (text && node.dataset.kind === "record") keep("searches", [text, ...recall("searches", []).filter((each) => each !== text)].slice(0, MOST_SEARCHES));
  if (event.ctrlKey || event.metaKey) return window.open(node.href, "_blank", "noopener");
  dialog.close();
  if (node.dataset.verb) return verb(node.dataset.verb)?.(node, event);
  if (node.dataset.tenant) return one(`input[name="tenant"][value="${CSS.escape(node.dataset.tenant)}"]`)?.form.requestSubmit();
  if (node.dataset.sheet !== undefined) return openSheet(node).catch(() => location.assign(node.href));
  if (node.dataset.make !== undefined) return makeHere(node);
  location.assign(node.href);
}

if (dialog) {
  input.addEventListener("input", ask);
  input.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by) {
      event.preventDefault();
      step(by);
    } else if (event.key === "Enter" && chosen()) {
      event.preventDefault();
      event.stopPropagation();
      follow(chosen(), event);
    }
  });
  list.addEventListener("mousemove", (event) => {
    const node = event.target.closest('[role="option"]');
    if (node && node !== chosen()) choose(node);
  });
  list.addEventListener(
    "click",
    (event) => {
      const node = event.target.closest('[role="option"]');
      if (!node) return;
      event.preventDefault();
      event.stopPropagation();
      follow(node, event);
    },
    true,
  );
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  prepare(dialog);
}

onVerb("palette", open);
shortcut("Control+k", "Search everything, run any action", open, { on: "[data-palette-open]" });
