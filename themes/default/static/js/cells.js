// Changing cells where they stand: double-click, or F2 and Enter on a cell; the server gives the input and judges it.
import { all, onArrival, one, prepare, tell, token } from "./dom.js";

const CELLS = "table[data-edit-url] td[data-field]";
const rowOf = (cell) => cell.closest("tr[data-id]");
const cellsOf = (row) => all("td[data-field]", row);
const closed = new Set(); // columns that nobody may change here
let editing = null; // { cell, form, layer }

const addressOf = (cell) =>
  `${cell.closest("table").dataset.editUrl}/${rowOf(cell).dataset.id}/${encodeURIComponent(cell.dataset.field)}`;

// -- moving --------------------------------------------------------------------------------------------------

function focusCell(cell) {
  if (!cell) return;
  all(`${CELLS}[tabindex="0"]`).forEach((other) => other.setAttribute("tabindex", "-1"));
  cell.setAttribute("tabindex", "0");
  cell.focus();
  cell.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function beside(cell, rows, columns) {
  const row = rowOf(cell);
  if (columns) return cellsOf(row)[cellsOf(row).indexOf(cell) + columns];
  const all_rows = all("tr[data-id]", row.closest("table"));
  const next = all_rows[all_rows.indexOf(row) + rows];
  return next && cellsOf(next).find((other) => other.dataset.field === cell.dataset.field);
}

// -- the input -----------------------------------------------------------------------------------------------

async function fetchForm(cell) {
  const answer = await fetch(addressOf(cell), { headers: { Accept: "application/json" } });
  if (answer.ok) return fragment(await answer.text());
  const told = await answer.json().catch(() => ({}));
  if (answer.status === 403 || answer.status === 404) closed.add(cell.dataset.field);
  throw new Error(told.detail ?? "This cannot be changed here.");
}

const fragment = (text) => one("form.cell-editor", new DOMParser().parseFromString(text, "text/html"));

async function edit(cell, { quiet = false } = {}) {
  close();
  cell.setAttribute("aria-busy", "true");
  try {
    show(cell, await fetchForm(cell));
    return true;
  } catch (problem) {
    if (!quiet) {
      tell(problem.message, "warn");
      focusCell(cell);
    }
    return false;
  } finally {
    cell.removeAttribute("aria-busy");
  }
}

function show(cell, form) {
  const layer = document.createElement("div");
  layer.className = "cell-layer";
  layer.append(form);
  document.body.append(layer);
  editing = { cell, form, layer, saving: false };
  cell.classList.add("editing");
  place();
  prepare(layer);
  const input = one("input:not([type=hidden]):not(.ts-hidden-accessible), select:not(.tomselected), textarea", form);
  const picker = one("select.tomselected", form)?.tomselect;
  if (picker) picker.focus();
  else {
    input?.focus();
    if (input?.select && input.type !== "checkbox") input.select();
  }
}

function place() {
  if (!editing) return;
  if (!editing.cell.isConnected) return close();
  const box = editing.cell.getBoundingClientRect();
  const style = editing.layer.style;
  const width = Math.min(Math.max(box.width, 190), innerWidth - 16);
  style.setProperty("width", `${width}px`);
  style.setProperty("left", `${Math.max(8, Math.min(box.left, innerWidth - width - 8))}px`);
  style.setProperty("top", `${box.top}px`);
}

function close() {
  if (!editing) return;
  const { cell, layer } = editing;
  editing = null;
  all("select.tomselected", layer).forEach((select) => select.tomselect.destroy());
  layer.remove();
  cell.classList.remove("editing");
}

// -- saving --------------------------------------------------------------------------------------------------

// Saves what is typed; true when the cell is closed again, false when the person must look at it.
async function save() {
  if (!editing || editing.saving) return false;
  const { cell, form, layer } = editing;
  editing.saving = true;
  const body = new FormData(form);
  form.setAttribute("aria-busy", "true");
  const headers = { Accept: "application/json", "X-CSRF-Token": token() };
  const answer = await fetch(form.action, { method: "POST", headers, body }).catch(() => null);
  form.removeAttribute("aria-busy");
  if (editing) editing.saving = false;
  const text = (await answer?.text().catch(() => "")) ?? "";
  const again = answer && !answer.ok && fragment(text);
  if (again) {
    all("select.tomselected", layer).forEach((select) => select.tomselect.destroy());
    close();
    show(cell, again);
    return false;
  }
  if (!answer?.ok) {
    tell(detailOf(text) ?? "This was not saved: the server cannot be reached. Try again.", "bad");
    return false;
  }
  close();
  apply(rowOf(cell), JSON.parse(text), cell);
  return true;
}

function detailOf(text) {
  try {
    return JSON.parse(text).detail;
  } catch {
    return undefined;
  }
}

// Every cell of the row is shown as it is now: a rule may have changed others beside the one that was sent.
function apply(row, told, saved) {
  if (!row) return;
  if (told.version !== null) row.dataset.version = told.version;
  for (const cell of cellsOf(row)) {
    const now = told.cells[cell.dataset.field];
    if (!now || now.text === textOf(cell)) continue;
    const link = one(":scope > a", cell);
    if (link) link.textContent = now.text || `#${told.id}`;
    else cell.innerHTML = now.html;
    if (cell.title) cell.title = now.text;
    cell.classList.add("changed");
    setTimeout(() => cell.classList.remove("changed"), 1600);
  }
  saved.dispatchEvent(new CustomEvent("openmill:cell-saved", { bubbles: true }));
}

const textOf = (cell) => (one(".empty-value", cell) ? "" : cell.textContent.trim());

async function saveAndGo(step) {
  const { cell } = editing;
  if (!(await save())) return;
  const next = await nextEditable(cell, step);
  if (!next) focusCell(cell);
}

async function nextEditable(cell, step) {
  let at = cell;
  for (let tries = 0; tries < 40; tries += 1) {
    const cells = all(CELLS, at.closest("table"));
    at = cells[cells.indexOf(at) + step];
    if (!at) return null;
    if (!closed.has(at.dataset.field) && (await edit(at, { quiet: true }))) return at;
  }
  return null;
}

// -- keys and pointer ----------------------------------------------------------------------------------------

const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

function onCellKey(event, cell) {
  if (ARROWS[event.key]) focusCell(beside(cell, ...ARROWS[event.key]));
  else if (event.key === "F2" || event.key === "Enter") edit(cell);
  else if (event.key === "Escape") (one("td.key a", rowOf(cell)) ?? cell).focus();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

function onEditorKey(event) {
  const open = one(".ts-wrapper.dropdown-active", editing.form);
  const several = event.target.matches("textarea");
  if (event.key === "Escape" && !open) {
    const { cell } = editing;
    close();
    focusCell(cell);
  } else if (event.key === "Tab" && !event.target.matches("button")) saveAndGo(event.shiftKey ? -1 : 1);
  else if (event.key === "Enter" && !open && !event.target.matches("button") && !(several && !event.ctrlKey)) saveAndStay();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

async function saveAndStay() {
  const { cell } = editing;
  if (await save()) focusCell(cell);
}

document.addEventListener(
  "keydown",
  (event) => {
    if (editing?.layer.contains(event.target)) return onEditorKey(event);
    const cell = event.target.closest?.(CELLS);
    if (!cell || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target === cell) onCellKey(event, cell);
    else if (event.key === "F2" && event.target.matches("a")) {
      event.preventDefault();
      focusCell(cell);
    }
  },
  true,
);

// One click opens the record, two change the cell: the first waits long enough to know which it is.
let waiting = 0;
document.addEventListener(
  "click",
  (event) => {
    if (event.target.closest("[data-cell-cancel]")) return leave();
    const cell = event.target.closest(CELLS);
    if (!cell || event.target.closest("a, button, input, label, select, textarea")) return;
    event.stopPropagation();
    clearTimeout(waiting);
    if (event.detail === 1 && !editing && !String(getSelection())) {
      waiting = setTimeout(() => one("td.key a", rowOf(cell))?.click(), 300);
    }
  },
  true,
);

// The second press comes before the second click: nobody who presses twice is led away.
document.addEventListener("mousedown", (event) => event.detail > 1 && clearTimeout(waiting), true);

function leave() {
  const { cell } = editing;
  close();
  refresh(cell);
}

// Theirs is kept: show it.
async function refresh(cell) {
  const again = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  const page = again?.ok && new DOMParser().parseFromString(await again.text(), "text/html");
  const row = page && one(`tr[data-id="${rowOf(cell).dataset.id}"]`, page);
  if (row) {
    const field = cell.dataset.field;
    const now = rowOf(cell);
    now.replaceWith(row);
    prepare(row);
    focusCell(cellsOf(row).find((other) => other.dataset.field === field));
  }
}

document.addEventListener("dblclick", (event) => {
  const cell = event.target.closest(CELLS);
  if (!cell || event.target.closest("button, input, select, textarea")) return;
  clearTimeout(waiting);
  getSelection()?.removeAllRanges();
  event.preventDefault();
  edit(cell);
});

document.addEventListener("submit", (event) => {
  if (!event.target.matches("form.cell-editor")) return;
  event.preventDefault();
  event.stopPropagation();
  saveAndStay();
}, true);

// Leaving the input with the pointer saves it, as leaving a cell of a spreadsheet does.
document.addEventListener("pointerdown", (event) => {
  if (!editing || editing.layer.contains(event.target) || event.target.closest(".ts-dropdown")) return;
  if (one(".cell-conflict, [aria-invalid=true]", editing.form)) return close();
  save();
});
addEventListener("scroll", place, true);
addEventListener("resize", place);
document.addEventListener("htmx:beforeSwap", () => close());

// Says to style sheets and to whoever waits that cells answer now.
const announce = () => all("table[data-edit-url]").forEach((table) => (table.dataset.cells = "ready"));
onArrival(announce);
announce();
