// The star beside a page's name: it keeps the page as it is seen now, filters included.
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
