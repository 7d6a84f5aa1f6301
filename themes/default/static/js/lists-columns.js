// The columns of a list: widths dragged at the header's edge, order moved in the display panel, Shift-click sorts too.
import { all, one, onArrival, onVerb, token } from "./dom.js";

const NARROWEST = 48;
const WIDEST = 900;
const sheet = new CSSStyleSheet();
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];

function columnsOf(table) {
  return new Map(table.dataset.columns.split(",").map((part) => part.split(":")));
}

// Widths are rules of a sheet and not attributes: rows that arrive later keep to them too.
function applyWidths(table) {
  const rules = [...columnsOf(table)]
    .filter(([, width]) => width)
    .map(([name, width]) => `.rows :is(th, td)[data-field="${CSS.escape(name)}"] { width: ${width}px; min-width: ${width}px; max-width: ${width}px; }`);
  sheet.replaceSync(`@layer components { ${rules.join(" ")} }`);
}

function setWidth(table, name, width) {
  const columns = columnsOf(table);
  columns.set(name, String(Math.round(Math.min(WIDEST, Math.max(NARROWEST, width)))));
  table.dataset.columns = [...columns].map(([key, value]) => (value ? `${key}:${value}` : key)).join(",");
  applyWidths(table);
}

async function keep(table) {
  const [url, state] = table.dataset.displayUrl.split("?");
  const body = new URLSearchParams({ csrf_token: token(), state: state ?? "", columns: table.dataset.columns });
  const answer = await fetch(url, { method: "POST", body, headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const { pathname, search } = new URL(answer.url);
  window.htmx?.ajax("GET", pathname + search, { target: "#list", select: "#list", swap: "outerHTML" });
  history.replaceState(history.state, "", pathname + search);
}

document.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest?.("[data-grip]");
  if (!grip || event.button) return;
  event.preventDefault();
  const cell = grip.closest("th");
  const table = grip.closest("table");
  const [start, before] = [event.clientX, cell.offsetWidth];
  const move = (now) => setWidth(table, cell.dataset.field, before + now.clientX - start);
  grip.setPointerCapture(event.pointerId);
  grip.classList.add("moving");
  grip.addEventListener("pointermove", move);
  grip.addEventListener(
    "pointerup",
    () => {
      grip.removeEventListener("pointermove", move);
      grip.classList.remove("moving");
      if (cell.offsetWidth !== before) keep(table);
    },
    { once: true },
  );
});

// htmx listens on the link itself; what is caught on the way down never reaches it.
document.addEventListener(
  "click",
  (event) => {
    const link = event.target.closest?.("th a[data-also]");
    if (!link || !event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    const url = link.dataset.also;
    window.htmx.ajax("GET", url, { target: "#list", select: "#list", swap: "outerHTML" }).then(() => history.pushState({ htmx: true }, "", url));
  },
  true,
);

function moveColumn(button, step) {
  const row = button.closest("li");
  const other = step < 0 ? row.previousElementSibling : row.nextElementSibling;
  if (!other) return;
  if (step < 0) other.before(row);
  else other.after(row);
  button.focus();
}
onVerb("column-up", (button) => moveColumn(button, -1));
onVerb("column-down", (button) => moveColumn(button, 1));

document.addEventListener("pointerdown", (event) => {
  const handle = event.target.closest?.("[data-drag]");
  if (!handle || event.button) return;
  event.preventDefault();
  const row = handle.closest("li");
  const list = row.parentElement;
  row.classList.add("dragging");
  const move = (now) => {
    const over = all("li", list).find((item) => item !== row && now.clientY < item.getBoundingClientRect().bottom && now.clientY > item.getBoundingClientRect().top);
    if (!over) return;
    if (now.clientY > over.getBoundingClientRect().top + over.offsetHeight / 2) over.after(row);
    else over.before(row);
  };
  const end = () => {
    row.classList.remove("dragging");
    document.removeEventListener("pointermove", move);
  };
  document.addEventListener("pointermove", move);
  document.addEventListener("pointerup", end, { once: true });
});

onArrival(() => {
  const table = one("table.rows");
  if (table) applyWidths(table);
});
