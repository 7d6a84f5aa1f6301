// The calendar: entries are dragged to another day, or moved by Ctrl and the arrow keys; with Shift their end is
import { all, onArrival } from "./dom.js";
import { dragByHand, later as at } from "./calendar-hours.js";
import { dragging, move, sortable } from "./moving.js";

const DAYS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
const address = (entry) => (entry.matches("a") ? entry : entry.querySelector(".card-link")).getAttribute("href");
const byId = (id) => ["id", "of"].map((name) => `a[data-${name}="${id}"], [data-${name}="${id}"] .card-link`).join();

// `which` of the calendar's fields changes: where an entry begins, or where it ends.
function moveTo(entry, to, which = "field") {
  return move(address(entry), entry.closest("[data-calendar]").dataset[which], to, byId(entry.dataset.of ?? entry.dataset.id));
}

async function drop({ item, from, to, oldDraggableIndex }) {
  const day = to.closest("[data-day]").dataset.day;
  if (from === to) return;
  const place = () => from.insertBefore(item, all(":scope > [data-id]", from)[oldDraggableIndex] ?? null);
  if (!(await moveTo(item, day))) place();
}

async function makeCalendar(calendar) {
  // A link brings a dragging of its own, which would be in the way.
  all("a[data-id], a[data-ends], .hours :is([data-id], [data-ends]) a", calendar).forEach((entry) => (entry.draggable = false));
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
  const handle = event.shiftKey ? "[data-ends]" : "[data-id]";
  const entry = (event.ctrlKey || event.metaKey) && DAYS[event.key] && event.target.closest(`[data-calendar] ${handle}`);
  if (!entry || event.target.matches("input")) return;
  event.preventDefault();
  const { ends, at: begins } = entry.dataset;
  const clock = event.shiftKey ? entry.closest(".hours") && ends : begins;
  const day = event.shiftKey ? ends.slice(0, 10) : entry.closest("[data-day]").dataset.day;
  moveTo(entry, (clock && at(clock, event.key)) || later(day, DAYS[event.key]), event.shiftKey ? "end" : "field");
});

dragByHand(moveTo);
onArrival((root) => all("[data-calendar]", root).forEach(makeCalendar));
