// Rows of a document by keyboard: the page carries an empty row in a <template>; the server reads whatever rows arrive.
import { all, one, onArrival, onVerb, prepare } from "./dom.js";
import { gridOf, labelOf, rowOf } from "./form-cells.js";
import { plus, readNumber, writeNumber } from "./form-numbers.js";
import { markChanged } from "./guard.js";
import { isPicking } from "./pickers.js";

const CELLS = "input:not([type=hidden], [tabindex='-1']), select:not(.tomselected), textarea, .ts-control > input";
const cellsOf = (row) => all(CELLS, row).filter((control) => !control.disabled && control.offsetParent);
const rowsOf = (grid) => [...one("tbody", grid).rows];

// Adds rows in one go: a paste may bring a thousand.
export function addRows(grid, count) {
  const body = one("tbody", grid);
  const first = 1 + rowsOf(grid).reduce((most, row) => Math.max(most, Number(row.dataset.index)), -1);
  const blank = one("template", grid).innerHTML;
  const before = body.rows.length;
  const html = Array.from({ length: count }, (_, step) => blank.replaceAll("__index__", String(first + step)).replaceAll("__number__", String(before + step + 1)));
  body.insertAdjacentHTML("beforeend", html.join(""));
  const added = rowsOf(grid).slice(before);
  if (!count) return added;
  prepare(count > 1 ? body : added[0]);
  markChanged(grid.closest("form"));
  return added;
}

export function addLine(grid) {
  const [row] = addRows(grid, 1);
  cellsOf(row)[0]?.focus();
  return row;
}

export function removeLine(row) {
  const grid = gridOf(row);
  const neighbour = row.nextElementSibling ?? row.previousElementSibling;
  const place = Math.max(0, cellsOf(row).indexOf(document.activeElement));
  markChanged(grid.closest("form"));
  row.remove();
  recount(grid);
  const cells = neighbour ? cellsOf(neighbour) : [];
  (cells[Math.min(place, cells.length - 1)] ?? one("[name=_add]", grid))?.focus();
}

function moveLine(row, step) {
  const other = step < 0 ? row.previousElementSibling : row.nextElementSibling;
  if (!other || gridOf(row).dataset.ordered === undefined) return;
  const here = document.activeElement;
  other[step < 0 ? "before" : "after"](row);
  here.focus();
  row.scrollIntoView({ block: "nearest" });
  markChanged(here.form);
}

// The cell above or below; beyond the last row a new one begins.
function goTo(control, step, { adding = false } = {}) {
  const row = rowOf(control);
  const column = control.closest("td").cellIndex;
  const next = step < 0 ? row.previousElementSibling : row.nextElementSibling;
  if (!next) return adding && step > 0 ? addLine(gridOf(row)) : null;
  const cell = cellsOf(next).find((other) => other.closest("td").cellIndex === column);
  cell?.focus();
  cell?.select?.();
  cell?.scrollIntoView({ block: "nearest", inline: "nearest" });
  return cell;
}

const isFilled = (row) => all("input:not([type=hidden], [type=checkbox]), select, textarea", row).some((control) => control.name && control.value);

function onKey(event) {
  const control = event.target;
  const row = control.closest?.("[data-lines] tbody tr[data-index]");
  if (!row || event.isComposing) return;
  const plainKey = !event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey;
  const picking = isPicking(control);
  const act = (run) => {
    event.preventDefault();
    event.stopPropagation();
    run();
  };
  if ((event.ctrlKey || event.metaKey) && event.key === "Delete") return act(() => removeLine(row));
  if (event.altKey && ["ArrowUp", "ArrowDown"].includes(event.key)) return act(() => moveLine(row, event.key === "ArrowUp" ? -1 : 1));
  if (!plainKey || picking || control.matches("textarea, button")) return;
  if (event.key === "Enter") return act(() => goTo(control, 1, { adding: true }));
  if (["ArrowUp", "ArrowDown"].includes(event.key) && control.matches("input:not([type=date], [type=datetime-local])") && !control.closest(".ts-wrapper")) {
    return act(() => goTo(control, event.key === "ArrowUp" ? -1 : 1));
  }
  // Tab out of the last cell goes on in a new row, unless the last one is still empty.
  if (event.key === "Tab" && !row.nextElementSibling && cellsOf(row).at(-1) === control && isFilled(row)) act(() => addLine(gridOf(row)));
}

// What a screen reader says of a cell names the row as it stands now.
function nameCell(event) {
  const row = event.target.closest?.("[data-lines] tbody tr[data-index]");
  if (!row) return;
  const label = event.target.getAttribute("aria-label");
  if (label) event.target.setAttribute("aria-label", label.replace(/row \S+$/, `row ${row.sectionRowIndex + 1}`));
}

// ---- totals: exact, as one types

function valueIn(cell) {
  const control = one("input:not([type=hidden]), select", cell);
  if (control) return readNumber(control.value);
  // What is only shown was written here, with commas between its thousands.
  return readNumber((one(".shown", cell) ?? cell).textContent.replaceAll(",", ""));
}

const footOf = (grid) => one("table", grid)?.tFoot;

function recount(grid) {
  const foot = footOf(grid);
  for (const output of foot ? all("[data-total]", foot) : []) {
    const column = output.closest("td").cellIndex;
    const rows = rowsOf(grid);
    const units = output.dataset.unitOf ? new Set(rows.filter(isFilled).map((row) => labelOf(one(`select[name$="-${output.dataset.unitOf}"]`, row)))) : new Set([""]);
    const read = rows.map((row) => valueIn(row.cells[column]));
    const total = read.reduce((sum, value) => (value ? plus(sum, value) : sum), { units: 0n, scale: 0 });
    // Kilograms and pieces have no sum.
    const [unit] = units;
    output.textContent = units.size > 1 ? "mixed units" : `${writeNumber(total, Number(output.dataset.places))}${unit ? ` ${unit}` : ""}`;
    output.classList.toggle("partial", read.includes(null));
    output.title = read.includes(null) ? "Some rows are not numbers yet." : "";
  }
}

const waiting = new Set();
function recountSoon(event) {
  const grid = event.target.closest?.("[data-lines]");
  if (!grid || waiting.has(grid) || !footOf(grid)) return;
  waiting.add(grid);
  requestAnimationFrame(() => {
    waiting.delete(grid);
    recount(grid);
  });
}

document.addEventListener("keydown", onKey, true);
document.addEventListener("focusin", nameCell);
for (const kind of ["input", "change", "filled"]) document.addEventListener(kind, recountSoon);
onArrival((root) => {
  all("[data-lines]", root).forEach(recount);
  // Ctrl-Delete removes by keyboard; Tab goes from value to value.
  all("button[name=_remove]", root).forEach((button) => (button.tabIndex = -1));
});
onVerb("_add", (button) => addLine(gridOf(button)));
onVerb("_remove", (button) => removeLine(button.closest("tr")));
