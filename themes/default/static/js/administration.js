// Settings and roles: a hue is tried on the page before it is saved; a matrix fills whole rows.
import { all, one } from "./dom.js";

const hue = one("[data-hue]");
const own = one("[data-hue-own]");
function tryHue() {
  // The object model may set what the policy forbids to write into a page.
  if (own.checked) document.documentElement.style.setProperty("--hue", hue.value);
  else document.documentElement.style.removeProperty("--hue");
}
if (hue) {
  hue.addEventListener("input", () => {
    own.checked = true;
    tryHue();
  });
  own.addEventListener("change", tryHue);
}

// A wildcard gives what the boxes below it stand for: they show it, and need no tick of their own.
function covers(wide, narrow) {
  const outer = wide.split("."), inner = narrow.split(".");
  const head = outer.at(-1) === "*" ? outer.length - 1 : outer.length;
  const fits = head < outer.length ? inner.length > head : inner.length === head;
  return fits && outer.slice(0, head).every((part, place) => part === "*" || part === inner[place]);
}

const matrix = one("[data-matrix]");
function showGiven() {
  const boxes = all("input[name=permissions]", matrix);
  const typed = (one("#extra", matrix)?.value ?? "").split("\n").map((line) => line.trim()).filter(Boolean);
  const named = [...typed, ...boxes.filter((box) => box.checked).map((box) => box.value)];
  for (const box of boxes) {
    const given = named.some((pattern) => pattern !== box.value && covers(pattern, box.value));
    box.disabled = given;
    box.closest(".tick").classList.toggle("given", given);
    const below = box.dataset.all ? boxes.filter((other) => other !== box && covers(box.value, other.value)) : [];
    box.indeterminate = !box.checked && !given && below.some((other) => other.checked || other.disabled);
  }
}
if (matrix && !one("[data-off]", matrix)) {
  matrix.addEventListener("input", showGiven);
  showGiven();
}

const filter = one("[data-matrix-filter]");
filter?.addEventListener("input", () => {
  const wanted = filter.value.trim().toLowerCase();
  for (const row of all("[data-row]", matrix)) row.hidden = Boolean(wanted) && !row.dataset.row.includes(wanted);
  for (const part of all("[data-module]", matrix)) part.hidden = all("[data-row]", part).every((row) => row.hidden);
});
