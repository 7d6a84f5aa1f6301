// On-change: the form's own inputs and the touched row go out, only what becomes different comes back.
import { all, token } from "./dom.js";
import { fill, rowOf, textOf } from "./form-cells.js";

const asked = new Map();
const pathOf = (form) => new URL(form.action).pathname.replace(/\/(new|\d+)$/, "");

function sent(control, row) {
  const body = new FormData();
  const take = (element) => element.name && element.type !== "submit" && (element.type !== "checkbox" || element.checked) && body.append(element.name, element.value);
  const own = [...control.form.elements].filter((element) => !element.closest("[data-lines]") && !["csrf_token", "_version"].includes(element.name) && element.type !== "password");
  own.forEach(take);
  if (row) all("input, select, textarea", row).forEach(take);
  body.set("_changed", control.name);
  return body;
}

// `onlyEmpty`: what was pasted stands, the rest is filled in.
export async function askChange(control, { onlyEmpty = false } = {}) {
  const form = control.form;
  const row = rowOf(control);
  const place = row ?? form;
  asked.get(place)?.abort();
  const asking = new AbortController();
  asked.set(place, asking);
  const before = new Map([...(row ? all("[name]", row) : form.elements)].map((element) => [element.name, textOf(element)]));
  try {
    const answer = await fetch(`${pathOf(form)}/change`, { method: "POST", body: sent(control, row), headers: { Accept: "application/json", "X-CSRF-Token": token() }, signal: asking.signal });
    if (!answer.ok) return;
    const { fields } = await answer.json();
    for (const [name, { value, label }] of Object.entries(fields)) {
      const other = form.elements[name];
      // What somebody typed meanwhile is theirs.
      const touched = !other || (before.has(name) && textOf(other) !== before.get(name)) || other.tomselect?.isFocused;
      if (!touched && !(onlyEmpty && textOf(other))) fill(other, value, label);
    }
  } catch (error) {
    // A form goes on without help: nothing is filled in, nothing is lost.
    if (error.name !== "AbortError") console.info(error.message);
  } finally {
    if (asked.get(place) === asking) asked.delete(place);
  }
}

document.addEventListener("change", (event) => {
  if (event.target.matches?.("form[data-guard] [data-change]") && event.target.name) askChange(event.target);
});
