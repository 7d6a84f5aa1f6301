// Days by the hour: an entry is dragged to another time in steps of a quarter, or moved so by Ctrl and the arrow keys
import { all, one } from "./dom.js";

const QUARTER_MIN = 15;
const QUARTERS = 96;
const STARTS_PX = 5;
const HALF_PX = 6;
const STEPS = { ArrowUp: -QUARTER_MIN, ArrowDown: QUARTER_MIN };

const clock = (quarter) => `${String(Math.floor(quarter / 4)).padStart(2, "0")}:${String((quarter % 4) * QUARTER_MIN).padStart(2, "0")}`;

// The time on the organisation's clock so many minutes later; only what is shown is counted with, and no zone.
export function later(entry, key) {
  const moment = new Date(`${entry.dataset.at}Z`);
  if (!STEPS[key]) return "";
  moment.setUTCMinutes(moment.getUTCMinutes() + STEPS[key]);
  return moment.toISOString().slice(0, 16);
}

// The quarter of the day that lies at a height of the page.
function quarterAt(list, y) {
  const { top, height } = list.getBoundingClientRect();
  const from = Number(list.closest(".hours").dataset.from);
  const quarters = one(".hour-names", list.closest(".hours")).children.length * 4;
  return Math.min(QUARTERS - 1, Math.max(0, from * 4 + Math.floor(((y - top) / height) * quarters)));
}

function targetAt(event, hold) {
  const list = document.elementFromPoint(event.clientX, event.clientY)?.closest(".hours [data-day]");
  if (!list) return null;
  const hours = one(".among-hours", list);
  const inside = event.clientY - hold >= hours.getBoundingClientRect().top - STARTS_PX;
  return { list, to: inside ? `${list.dataset.day}T${clock(quarterAt(hours, event.clientY - hold + HALF_PX))}` : list.dataset.day };
}

let held = null;

function light(list) {
  all(".day-over").forEach((day) => day.classList.remove("day-over"));
  list?.classList.add("day-over");
}

function fly(entry, way) {
  entry.classList.toggle("flying", Boolean(way));
  entry.style.translate = way ? `${way[0]}px ${way[1]}px` : "";
}

// The click that ends a drag opens nothing.
function stopClick() {
  const stop = (event) => (event.preventDefault(), event.stopPropagation());
  addEventListener("click", stop, { capture: true, once: true });
  setTimeout(() => removeEventListener("click", stop, true));
}

async function end(move) {
  if (!held) return;
  const { entry, flies, target } = held;
  held = null;
  light(null);
  if (!flies) return;
  stopClick();
  if (!move || !target || !(await move(entry, target.to))) fly(entry, null);
}

const wide = matchMedia("(min-width: 901px)");

// `move` is told the entry and the day or time that it was dropped on; it answers whether the entry may stay there.
export function dragByHours(move) {
  document.addEventListener("pointerdown", (event) => {
    const entry = event.target.closest(".hours [data-id]");
    // A finger scrolls; what it wants to move has a menu.
    if (!entry || event.button || event.pointerType === "touch" || event.target.closest(".card-menu") || !wide.matches) return;
    held = { entry, x: event.clientX, y: event.clientY, hold: event.clientY - entry.getBoundingClientRect().top, flies: false };
  });
  document.addEventListener("pointermove", (event) => {
    if (!held) return;
    const way = [event.clientX - held.x, event.clientY - held.y];
    if (!held.flies && Math.hypot(...way) < STARTS_PX) return;
    held.flies = true;
    fly(held.entry, way);
    held.target = targetAt(event, held.hold);
    light(held.target?.list);
  });
  document.addEventListener("pointerup", () => end(move));
  document.addEventListener("pointercancel", () => end(null));
  document.addEventListener("keydown", (event) => event.key === "Escape" && end(null));
}

document.addEventListener("dblclick", (event) => {
  const day = event.target.matches(".among-hours") && wide.matches && event.target.closest("[data-new]");
  if (day) location.assign(day.dataset.new.replace(/T[\d:]+$/, `T${clock(quarterAt(event.target, event.clientY))}`));
});
