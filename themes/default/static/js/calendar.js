// The calendar: entries are dragged to another day, or moved by Ctrl and the arrow keys
import { all, onArrival } from "./dom.js";
import { dragByHours, later as at } from "./calendar-hours.js";
import { dragging, move, sortable } from "./moving.js";

const DAYS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
const address = (entry) => (entry.matches("a") ? entry : entry.querySelector(".card-link")).getAttribute("href");
const byId = (id) => `a[data-id="${id}"], [data-id="${id}"] .card-link`;

function moveTo(entry, day) {
  return move(address(entry), entry.closest("[data-calendar]").dataset.field, day, byId(entry.dataset.id));
}

async function drop({ item, from, to, oldDraggableIndex }) {
  const day = to.closest("[data-day]").dataset.day;
  if (from === to) return;
  const place = () => from.insertBefore(item, all(":scope > [data-id]", from)[oldDraggableIndex] ?? null);
  if (!(await moveTo(item, day))) place();
}

async function makeCalendar(calendar) {
  // A link brings a dragging of its own, which would be in the way.
  all("a[data-id], .hours [data-id] a", calendar).forEach((entry) => (entry.draggable = false));
  if (!calendar.matches(".hours")) await makeDays(calendar);
  calendar.dataset.ready = "";
}

async function makeDays(calendar) {
  const Sortable = await sortable();
  const over = (list) => {
    all(".day-over", calendar).forEach((day) => day.classList.remove("day-over"));
    list?.closest("[data-day]").classList.add("day-over");
  };
  all(".day-entries", calendar).forEach((list) => {
    new Sortable(list, {
      ...dragging,
      draggable: "[data-id]",
      group: "days",
      onMove: (event) => over(event.to),
      onEnd: (event) => (over(null), drop(event)),
    });
  });
}

function later(day, days) {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}

document.addEventListener("keydown", (event) => {
  const entry = (event.ctrlKey || event.metaKey) && DAYS[event.key] && event.target.closest("[data-calendar] [data-id]");
  if (!entry || event.target.matches("input")) return;
  event.preventDefault();
  if (entry.dataset.at && at(entry, event.key)) return moveTo(entry, at(entry, event.key));
  moveTo(entry, later(entry.closest("[data-day]").dataset.day, DAYS[event.key]));
});

dragByHours(moveTo);
onArrival((root) => all("[data-calendar]", root).forEach(makeCalendar));
