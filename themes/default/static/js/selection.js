// Choosing rows of a list, with Shift all from the last one on
import { all, onArrival, one } from "./dom.js";

const boxesOf = (list) => all('tbody input[type="checkbox"][name="ids"]', list);
let last = null;

function countChecked() {
  const list = one(".list");
  if (!list) return;
  const boxes = boxesOf(list);
  const checked = boxes.filter((box) => box.checked).length;
  const output = one(".bulk output", list);
  if (output) output.textContent = `${checked} selected`;
  const every = one("[data-check-all]", list);
  if (every) {
    every.checked = checked > 0 && checked === boxes.length;
    every.indeterminate = checked > 0 && checked < boxes.length;
  }
}

function checkUpTo(box) {
  const boxes = boxesOf(box.closest(".list"));
  const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((left, right) => left - right);
  if (from >= 0) boxes.slice(from, to + 1).forEach((each) => (each.checked = box.checked));
}

onArrival(countChecked);
// A click comes before the change it makes, and knows of the Shift key, by mouse and by the space bar.
document.addEventListener("click", (event) => {
  if (!event.target.matches?.('.list tbody input[name="ids"]')) return;
  if (event.shiftKey) checkUpTo(event.target);
  last = event.target;
});
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-check-all]")) {
    boxesOf(event.target.closest(".list")).forEach((box) => (box.checked = event.target.checked));
  }
  if (event.target.type === "checkbox") countChecked();
});
