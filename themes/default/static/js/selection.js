// Choosing rows of a list
import { all, onArrival, one } from "./dom.js";

function countChecked() {
  const list = one(".list");
  if (!list) return;
  const boxes = all('tbody input[type="checkbox"][name="ids"]', list);
  const checked = boxes.filter((box) => box.checked).length;
  const output = one(".bulk output", list);
  if (output) output.textContent = `${checked} selected`;
  const every = one("[data-check-all]", list);
  if (every) {
    every.checked = checked > 0 && checked === boxes.length;
    every.indeterminate = checked > 0 && checked < boxes.length;
  }
}

onArrival(countChecked);
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-check-all]")) {
    all('tbody input[type="checkbox"][name="ids"]', event.target.closest(".list")).forEach((box) => (box.checked = event.target.checked));
  }
  if (event.target.type === "checkbox") countChecked();
});
