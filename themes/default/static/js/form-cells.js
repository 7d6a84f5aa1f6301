// One input of a form, whatever it is made of: a text, a tick, a list of words, a picker
import { one } from "./dom.js";

export const rowOf = (control) => control.closest("tr[data-index]");
export const gridOf = (element) => element.closest("[data-lines]");
export const prefixOf = (row) => (row ? `${gridOf(row).dataset.lines}-${row.dataset.index}-` : "");
export const localName = (control) => control.name.slice(prefixOf(rowOf(control)).length);

// The field that a condition or a unit names: of the same row first, of the form itself with ^ or outside a row.
export function fieldBeside(element, name) {
  const form = element.closest("form");
  if (name.startsWith("^")) return form.elements[name.slice(1)] ?? null;
  return form.elements[prefixOf(element.closest("tr[data-index]")) + name] ?? null;
}

export const textOf = (control) => (control.type === "checkbox" ? String(control.checked) : control.value.trim());

export function labelOf(select) {
  if (!select?.value) return "";
  const option = select.tomselect?.options[select.value];
  return option?.label ?? select.selectedOptions?.[0]?.textContent.trim() ?? "";
}

export function fill(control, value, label) {
  if (control.type === "checkbox") {
    control.checked = value === "true";
  } else if (control.tomselect) {
    if (label) control.tomselect.addOption({ id: value, label });
    control.tomselect.setValue(value, true);
  } else {
    if (control.matches("select") && value && ![...control.options].some((option) => option.value === value)) control.add(new Option(label || `#${value}`, value));
    control.value = value;
  }
  clearProblem(control);
  control.dispatchEvent(new CustomEvent("filled", { bubbles: true }));
}

export function close(control, closed) {
  if (control.tomselect) control.tomselect[closed ? "disable" : "enable"]();
  else if (control.matches("select, [type=checkbox]")) control.disabled = closed;
  else control.readOnly = closed;
}

const host = (control) => control.closest("td, .field");

export function clearProblem(control) {
  const place = host(control);
  if (!place) return;
  one(`input[type=hidden][name$=__find]`, place)?.remove();
  one(".problem", place)?.remove();
  control.removeAttribute("aria-invalid");
}

// A text that nothing could be made of stays, and says so beside its input.
export function markProblem(control, text, kept) {
  clearProblem(control);
  const place = host(control);
  const note = document.createElement("p");
  note.className = "problem";
  note.id = `${control.id}-problem`;
  note.textContent = text;
  place.append(note);
  control.setAttribute("aria-invalid", "true");
  control.setAttribute("aria-describedby", note.id);
  if (!kept) return;
  const find = Object.assign(document.createElement("input"), { type: "hidden", name: `${control.name}__find`, value: kept });
  place.append(find);
}
