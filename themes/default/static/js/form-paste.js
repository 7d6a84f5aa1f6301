// Rows from a spreadsheet: cells are filled from the focused one on, names are looked up in one request.
import { all, one, tell, token } from "./dom.js";
import { askRows } from "./form-change.js";
import { clearProblem, fill, gridOf, markProblem, rowOf } from "./form-cells.js";
import { markChanged } from "./guard.js";
import { addRows } from "./lines.js";

const MOST_ROWS = 2000;

// Cells with line breaks stand in quotes, as spreadsheets write them.
export function readTable(text) {
  const rows = [[]];
  for (const [, quoted, bare, end] of text.replace(/\r\n?/g, "\n").matchAll(/(?:"((?:[^"]|"")*)"(?=[\t\n]|$)|([^\t\n]*))(\t|\n|$)/g)) {
    rows.at(-1).push((quoted?.replaceAll('""', '"') ?? bare ?? "").trim());
    if (end === "") break;
    if (end === "\n") rows.push([]);
  }
  while (rows.length > 1 && rows.at(-1).every((cell) => !cell)) rows.pop();
  return rows;
}

const valueControl = (cell) => one("select[name], input[name]:not([type=hidden]), textarea[name]", cell);

function dateOf(text) {
  const parts = /^(\d{4})-(\d{1,2})-(\d{1,2})/.exec(text) ?? /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/.exec(text)?.toReversed().slice(0, 3).toSpliced(0, 0, "");
  return parts ? [parts[1], parts[2].padStart(2, "0"), parts[3].padStart(2, "0")].join("-") : "";
}

function put(control, text, names) {
  if (control.matches("select[data-picker]")) return text ? names.push({ control, text }) : fill(control, "");
  if (control.matches("select")) {
    const option = [...control.options].find((each) => [each.value, each.textContent.trim()].some((word) => word.toLowerCase() === text.toLowerCase()));
    return option ? fill(control, option.value) : markProblem(control, `“${text}” is none of the choices.`);
  }
  if (control.type === "checkbox") return fill(control, String(["1", "true", "yes", "x", "y"].includes(text.toLowerCase())));
  if (control.type === "date" && text) return dateOf(text) ? fill(control, dateOf(text)) : markProblem(control, `“${text}” is not read as a date. Type it here.`);
  return fill(control, text);
}

function keepTyped(control, text) {
  control.tomselect?.destroy();
  all("option[data-kept]", control).forEach((option) => option.remove());
  const option = new Option(text, "", true, true);
  option.dataset.kept = "";
  control.prepend(option);
  markProblem(control, `Nothing is called “${text}”. Choose one.`, text);
}

async function resolve(names) {
  if (!names.length) return 0;
  const body = new FormData();
  const asked = new Set();
  for (const { control, text } of names) {
    const key = `${control.dataset.picker}\n${text}`;
    if (!asked.has(key)) body.append(control.dataset.picker, text);
    asked.add(key);
  }
  const answer = await fetch("/choices", { method: "POST", body, headers: { Accept: "application/json", "X-CSRF-Token": token() } }).catch(() => null);
  const found = answer?.ok ? (await answer.json()).found : {};
  let missing = 0;
  for (const { control, text } of names) {
    const pick = found[control.dataset.picker]?.[text];
    if (pick) fill(control, pick.id, pick.label);
    else keepTyped(control, text, (missing += 1));
  }
  return missing;
}

async function paste(start, table) {
  const grid = gridOf(start);
  const first = rowOf(start);
  const column = start.closest("td").cellIndex;
  const body = one("tbody", grid);
  const room = body.rows.length - first.sectionRowIndex;
  const rows = table.slice(0, Math.max(0, MOST_ROWS - first.sectionRowIndex));
  if (rows.length > room) addRows(grid, rows.length - room);
  const names = [];
  const filled = [...body.rows].slice(first.sectionRowIndex, first.sectionRowIndex + rows.length);
  filled.forEach((row, step) => {
    const places = [...row.cells].slice(column).map(valueControl).filter((control) => control && !control.disabled && !control.readOnly);
    rows[step].forEach((text, index) => places[index] && put(places[index], text, names));
  });
  markChanged(grid.closest("form"));
  const missing = await resolve(names);
  const left = table.length - rows.length;
  tell(`${rows.length} ${rows.length === 1 ? "row" : "rows"} pasted.${missing ? ` ${missing} ${missing === 1 ? "name was" : "names were"} not found: choose where it is red.` : ""}${left ? ` ${left} more did not fit: a page takes ${MOST_ROWS} rows.` : ""}`, missing || left ? "warn" : "good");
  // Units and the like are filled in where the paste left them empty.
  await askRows(grid.closest("form"), filled.map((row) => one("[data-change][name]", row)).filter((control) => control?.value));
}

document.addEventListener("paste", (event) => {
  const inside = event.target.closest?.("[data-lines] tbody tr[data-index] td");
  const text = event.clipboardData?.getData("text/plain") ?? "";
  const start = inside && valueControl(inside);
  if (!start || event.target.matches("textarea[name]")) return;
  const table = readTable(text);
  // One plain word goes where the cursor is; into a picker nothing can be found by itself.
  if (table.length === 1 && table[0].length === 1) return;
  event.preventDefault();
  inside.querySelector("select")?.tomselect?.close();
  paste(start, table);
}, true);

document.addEventListener("change", (event) => {
  if (event.target.matches?.("select[data-picker]") && event.target.value) clearProblem(event.target);
});
