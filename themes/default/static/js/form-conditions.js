// Fields that depend on others: shown, hidden and closed at once. The server holds to the same rule.
import { all, one } from "./dom.js";
import { close, fieldBeside, labelOf, localName, rowOf, textOf } from "./form-cells.js";

const parsed = new Map();
const read = (json) => parsed.get(json) ?? parsed.set(json, JSON.parse(json)).get(json);

function holds(condition, element) {
  return condition.every(([name, allowed]) => {
    const control = fieldBeside(element, name);
    return control && allowed.includes(textOf(control));
  });
}

function settle(element) {
  const { visibleWhen, closedWhen } = element.dataset;
  if (visibleWhen) element.hidden = !holds(read(visibleWhen), element);
  const control = one("input:not([type=hidden]), select, textarea", element);
  if (closedWhen && control) close(control, holds(read(closedWhen), element));
}

const names = (element) => [element.dataset.visibleWhen, element.dataset.closedWhen].filter(Boolean).flatMap((json) => read(json).map(([name]) => name));

// The unit beside an amount is that of the record that was chosen. One behind it is asked for with the change.
function nameUnits(select, scope, name) {
  const behind = `${name.replace(/_id$/, "")}.`;
  for (const unit of all(".unit[data-unit-of]", scope)) {
    if (unit.dataset.unitOf === name) unit.textContent = ((unit.dataset.lead ?? "") + labelOf(select)).replace(/ \/ $/, "");
    else if (unit.dataset.unitOf.startsWith(behind)) unit.textContent = "";
  }
}

function onChange(event) {
  const control = event.target;
  if (!control.name || !control.form) return;
  const row = rowOf(control);
  const name = localName(control);
  for (const element of all("[data-visible-when], [data-closed-when]", row ?? control.form)) {
    if (names(element).some((other) => other === name || (!row && other === `^${name}`))) settle(element);
  }
  if (control.matches("select")) nameUnits(control, row ?? control.form, name);
}

document.addEventListener("change", onChange);
document.addEventListener("filled", onChange);
// Paper leaves out the unit of nothing, and knows what is filled in from the attribute.
addEventListener("beforeprint", () => all(".with-unit > input").forEach((input) => input.setAttribute("value", input.value)));
