// Entries taken by hand: to another time of the days by the hour, and by their edge to another end, in quarters or days
import { all, one } from "./dom.js";

const QUARTER_MIN = 15;
const QUARTERS = 96;
const STARTS_PX = 5;
const HALF_PX = 6;
const HOLD_MS = 220;
const STEPS = { ArrowUp: -QUARTER_MIN, ArrowDown: QUARTER_MIN };

// Times on the organisation's clock; only what is shown is counted with, and no zone.
function after(moment, minutes) {
  const date = new Date(`${moment}Z`);
  date.setUTCMinutes(date.getUTCMinutes() + minutes);
  return date.toISOString().slice(0, 16);
}

const timeAt = (day, quarter) => after(`${day}T00:00`, quarter * QUARTER_MIN);

// The time a quarter earlier or later, empty for a key that means days.
export const later = (moment, key) => (STEPS[key] ? after(moment, STEPS[key]) : "");

// The place among the quarters of the day that lies at a height of the page.
function placeAt(list, y) {
  const { top, height } = list.getBoundingClientRect();
  const from = Number(list.closest(".hours").dataset.from);
  const quarters = one(".hour-names", list.closest(".hours")).children.length * 4;
  return from * 4 + ((y - top) / height) * quarters;
}

const quarterAt = (list, y) => Math.min(QUARTERS - 1, Math.max(0, Math.floor(placeAt(list, y))));

function targetAt(event, hold, edge) {
  const list = document.elementFromPoint(event.clientX, event.clientY)?.closest("[data-calendar] [data-day]");
  const hours = list && one(".among-hours", list);
  if (!hours) return list && { list, to: list.dataset.day };
  if (edge) return { list, to: timeAt(list.dataset.day, Math.min(QUARTERS, Math.max(1, Math.round(placeAt(hours, event.clientY))))) };
  const inside = event.clientY - hold >= hours.getBoundingClientRect().top - STARTS_PX;
  return { list, to: inside ? timeAt(list.dataset.day, quarterAt(hours, event.clientY - hold + HALF_PX)) : list.dataset.day };
}

let held = null;

function light(list) {
  all(".day-over").forEach((day) => day.classList.remove("day-over"));
  list?.classList.add("day-over");
}

function fly({ entry, edge, top }, event, way) {
  const among = entry.closest(".among-hours");
  entry.classList.toggle(edge ? "stretching" : "flying", Boolean(way));
  if (!edge) entry.style.translate = way ? `${way[0]}px ${way[1]}px` : "";
  else if (among) entry.style.height = way ? `${Math.max(STARTS_PX, event.clientY - top)}px` : "";
}

// The click that ends a drag opens nothing.
function stopClick() {
  const stop = (event) => (event.preventDefault(), event.stopPropagation());
  addEventListener("click", stop, { capture: true, once: true });
  setTimeout(() => removeEventListener("click", stop, true));
}

async function end(move) {
  if (!held) return;
  const last = held;
  held = null;
  clearTimeout(last.waits);
  light(null);
  if (!last.flies) return;
  stopClick();
  if (!move || !last.target || !(await move(last.entry, last.target.to, last.edge ? "end" : "field"))) fly(last, null, null);
}

const wide = matchMedia("(min-width: 901px)");

function take(event) {
  const edge = event.target.closest(".entry-edge");
  const entry = event.target.closest(edge ? "[data-calendar] [data-ends]" : ".hours [data-id]");
  if (!entry || event.button || event.target.closest(".card-menu") || !(edge || wide.matches)) return;
  const { top } = entry.getBoundingClientRect();
  held = { entry, edge, top, x: event.clientX, y: event.clientY, hold: event.clientY - top, flies: false };
  // A finger scrolls, unless it rests on an entry first or takes its edge.
  if (event.pointerType === "touch" && !edge) held.waits = setTimeout(() => pickUp(held), HOLD_MS);
}

function pickUp(what) {
  what.waits = null;
  what.flies = true;
  fly(what, null, [0, 0]);
}

function carry(event) {
  if (!held) return;
  const way = [event.clientX - held.x, event.clientY - held.y];
  if (!held.flies && Math.hypot(...way) < STARTS_PX) return;
  if (held.waits) return end(null);
  held.flies = true;
  fly(held, event, way);
  held.target = targetAt(event, held.hold, held.edge);
  light(held.target?.list);
}

// `move` is told the entry, the day or time that it or its end was dropped on, and which of them it was; it answers
// whether the entry may stay there.
export function dragByHand(move) {
  document.addEventListener("pointerdown", take);
  document.addEventListener("pointermove", carry);
  document.addEventListener("pointerup", () => end(move));
  document.addEventListener("pointercancel", () => end(null));
  document.addEventListener("keydown", (event) => event.key === "Escape" && end(null));
  // What a finger carries neither scrolls the page nor opens the browser's menu of a link.
  const keep = (event) => held?.flies && event.preventDefault();
  document.addEventListener("touchmove", keep, { passive: false });
  document.addEventListener("contextmenu", keep);
}

document.addEventListener("dblclick", (event) => {
  const day = event.target.matches(".among-hours") && wide.matches && event.target.closest("[data-new]");
  if (day) location.assign(day.dataset.new.replace(/\d{4}-\d\d-\d\dT[\d:]+$/, timeAt(day.dataset.day, quarterAt(event.target, event.clientY))));
});
