// On-change: the form's own inputs and the touched rows go out, only what becomes different comes back.
import { all, token } from "./dom.js";
import { fill, prefixOf, rowOf, textOf } from "./form-cells.js";

const MOST_AT_ONCE = 100;
const asked = new Map();
const pathOf = (form) => new URL(form.action).pathname.replace(/\/(new|\d+)$/, "");

function sent(form, rows, names) {
  const body = new FormData();
  const take = (element) => element.name && element.type !== "submit" && (element.type !== "checkbox" || element.checked) && body.append(element.name, element.value);
  const own = [...form.elements].filter((element) => !element.closest("[data-lines]") && !["csrf_token", "_version"].includes(element.name) && element.type !== "password");
  own.forEach(take);
  rows.forEach((row) => all("input, select, textarea", row).forEach(take));
  names.forEach((name) => body.append("_changed", name));
  return body;
}

const textsOf = (elements) => new Map([...elements].map((element) => [element.name, textOf(element)]));

// `onlyEmpty`: what was pasted stands, the rest is filled in.
async function ask(form, rows, names, { onlyEmpty = false, signal } = {}) {
  const before = textsOf(rows.length ? rows.flatMap((row) => all("[name]", row)) : form.elements);
  const answer = await fetch(`${pathOf(form)}/change`, { method: "POST", body: sent(form, rows, names), headers: { Accept: "application/json", "X-CSRF-Token": token() }, signal });
  if (!answer.ok) return;
  const { fields, units } = await answer.json();
  for (const [name, { value, label }] of Object.entries(fields)) {
    const other = form.elements[name];
    // What somebody typed meanwhile is theirs.
    const touched = !other || (before.has(name) && textOf(other) !== before.get(name)) || other.tomselect?.isFocused;
    if (!touched && !(onlyEmpty && textOf(other))) fill(other, value, label);
  }
  for (const [prefix, told] of Object.entries(units)) nameFarUnits(prefix ? rows.find((row) => prefixOf(row) === prefix) : form, prefix, told);
}

// What is behind a chosen record only the server knows.
function nameFarUnits(scope, prefix, told) {
  if (!scope?.isConnected) return;
  for (const unit of all(".unit[data-unit-of]", scope)) {
    const name = unit.dataset.unitOf.replace(/_id$/, "");
    if (told[name] && prefixOf(rowOf(unit)) === prefix) unit.textContent = (unit.dataset.lead ?? "") + told[name];
  }
}

// A form goes on without help: nothing is filled in, nothing is lost.
const goOn = (error) => error.name === "AbortError" || console.info(error.message);

async function askChange(control) {
  const row = rowOf(control);
  const place = row ?? control.form;
  asked.get(place)?.abort();
  const asking = new AbortController();
  asked.set(place, asking);
  await ask(control.form, row ? [row] : [], [control.name], { signal: asking.signal }).catch(goOn);
  if (asked.get(place) === asking) asked.delete(place);
}

// Rows that came at once are asked for together, so many in one request.
export async function askRows(form, controls) {
  for (let start = 0; start < controls.length; start += MOST_AT_ONCE) {
    const some = controls.slice(start, start + MOST_AT_ONCE);
    await ask(form, some.map(rowOf), some.map((control) => control.name), { onlyEmpty: true }).catch(goOn);
  }
}

document.addEventListener("change", (event) => {
  if (event.target.matches?.("form[data-guard] [data-change]") && event.target.name) askChange(event.target);
});
