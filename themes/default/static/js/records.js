// The page of a record: where it stands in the list it was opened from, what is open beside it, its link.
import { all, one, onArrival, onVerb, tell } from "./dom.js";

const WIDE = 1440;
const place = () => one("#beside");
const doors = () => all(".beside-doors [data-beside]");

// ---- the list that somebody came from: its state is kept for this window, for the way back and the neighbours

function listOf(url) {
  const key = `list:${url}`;
  try {
    const from = document.referrer ? new URL(document.referrer) : null;
    if (from && from.origin === location.origin && from.pathname === url) sessionStorage.setItem(key, from.search);
    return sessionStorage.getItem(key) ?? "";
  } catch {
    return "";
  }
}

// The server knows the list that this browser saw last; a window of its own list knows better.
function wayBack() {
  const neighbours = one("#neighbours");
  if (!neighbours) return;
  const list = neighbours.dataset.url.replace(/\/\d+\/beside\/neighbours$/, "");
  const ways = all(".crumbs a, a[data-back]").filter((link) => link.getAttribute("href").split("?")[0] === list);
  const state = listOf(list) || (ways[0]?.search ?? "");
  ways.forEach((link) => (link.href = list + state));
  htmx.ajax("GET", neighbours.dataset.url + state, { source: neighbours, target: neighbours, swap: "innerHTML" });
}

// ---- the part beside the record, open or not as it was left

function remember(name) {
  try {
    localStorage.setItem("beside", name);
  } catch {
    // Without storage the part is closed again on the next page.
  }
}

function remembered() {
  try {
    return localStorage.getItem("beside") ?? (innerWidth >= WIDE ? "history" : "");
  } catch {
    return "";
  }
}

function showOpen() {
  const open = one(".beside", place() ?? document)?.dataset.open ?? "";
  doors().forEach((door) => door.toggleAttribute("aria-current", door.dataset.beside === open));
  return open;
}

function closeBeside() {
  const open = showOpen();
  place()?.replaceChildren();
  showOpen();
  remember("");
  doors().find((door) => door.dataset.beside === open)?.focus();
}

onVerb("close-beside", closeBeside);
document.addEventListener("click", (event) => {
  const door = event.target.closest("[data-beside][aria-current]");
  if (!door || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  closeBeside();
}, true);

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "beside") return;
  const open = showOpen();
  if (open) remember(open);
  // On a phone it stands below the form: whoever opened it wants to see it.
  if (event.detail.requestConfig?.triggeringEvent?.target?.closest?.("[data-beside]")) one(".beside").scrollIntoView({ block: "nearest" });
});

function openRemembered() {
  if (!place() || one(".beside", place())) return showOpen();
  const door = doors().find((each) => each.dataset.beside === remembered());
  if (door) htmx.ajax("GET", door.dataset.url, { source: door, target: "#beside", swap: "innerHTML" });
}

onVerb("copy-link", (target) => {
  target.closest("details")?.removeAttribute("open");
  const written = navigator.clipboard?.writeText(location.origin + location.pathname);
  (written ?? Promise.reject()).then(() => tell("The link is copied.", "good")).catch(() => tell(location.origin + location.pathname));
});

// A person who writes sees all of it, and sends it with Ctrl-Enter.
document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.(".say, .correct form");
  if (form && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit();
  }
});

// Files are sent one by one with their progress; the module comes when there is a place to drop them.
function prepareFiles(root) {
  if (root.querySelector?.("[data-drop], [data-show]")) import("./record_files.js").then((files) => files.prepareFiles(root));
}
onArrival(prepareFiles);

prepareFiles(document);
wayBack();
openRemembered();
