// The star beside a page's name keeps the page as it is seen now, filters included; favourites are dragged into order.
import { all, one } from "./dom.js";

const here = () => location.pathname + location.search;

function shine() {
  const button = one("[data-star] button");
  const kept = all("[data-favourites] > a").some((link) => link.getAttribute("href") === here());
  button?.setAttribute("aria-pressed", String(kept));
}

// Before htmx reads the form: a list changes its address while one filters it.
document.addEventListener(
  "submit",
  (event) => {
    if (!event.target.matches("[data-star]")) return;
    event.target.elements.url.value = event.target.elements.next.value = here();
  },
  true,
);
for (const name of ["htmx:afterSettle", "htmx:pushedIntoHistory", "htmx:replacedInHistory", "popstate"]) {
  (name === "popstate" ? window : document).addEventListener(name, shine);
}
shine();

async function keepPlace({ item, newDraggableIndex, oldDraggableIndex }) {
  if (newDraggableIndex === oldDraggableIndex) return;
  const others = all("[data-favourite]", item.parentElement);
  const before = others[others.indexOf(item) + 1]?.dataset.favourite ?? "";
  const values = { do: "place", url: item.dataset.favourite, before };
  await htmx.ajax("POST", "/favourites", { values, target: "#favourites", swap: "outerHTML" });
  if (one("#favourite-list")) htmx.ajax("GET", "/favourites", { target: "#favourite-list", select: "#favourite-list", swap: "outerHTML" });
}

// What drags is fetched when somebody comes near with a mouse; by keyboard the page of favourites has buttons.
document.addEventListener("pointerover", async (event) => {
  const list = event.target.closest?.("[data-ordered-favourites]:not([data-sorts])");
  if (!list || event.pointerType === "touch" || all("[data-favourite]", list).length < 2) return;
  list.dataset.sorts = "";
  const { dragging, sortable } = await import("./moving.js");
  const Sortable = await sortable();
  new Sortable(list, { ...dragging, sort: true, draggable: "[data-favourite]", filter: "", handle: list.matches("ul") ? ".grip" : undefined, onEnd: keepPlace });
  all("a[data-favourite]", list).forEach((link) => (link.draggable = false));
  list.dataset.sorts = "yes";
});
