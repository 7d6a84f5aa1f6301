// Groups of a list: opened where they stand, closed with all that is in them; without scripts they lead to a list.
import { all, onArrival, one, prepare } from "./dom.js";

const levelOf = (row) => Number(row.dataset.level ?? 0);

function inside(row) {
  const found = [];
  for (let next = row.nextElementSibling; next && levelOf(next) > levelOf(row); next = next.nextElementSibling) found.push(next);
  return found;
}

async function open(link, row) {
  row.classList.add("group-loading");
  const answer = await fetch(link.dataset.group, { headers: { Accept: "text/html" } });
  row.classList.remove("group-loading");
  if (!answer.ok) return location.assign(link.href);
  const holder = document.createElement("template");
  holder.innerHTML = await answer.text();
  const rows = [...holder.content.children];
  row.after(...rows);
  rows.forEach((each) => {
    window.htmx?.process(each);
    prepare(each);
  });
  row.classList.add("open");
  link.setAttribute("aria-expanded", "true");
}

function close(link, row) {
  inside(row).forEach((each) => each.remove());
  row.classList.remove("open");
  link.setAttribute("aria-expanded", "false");
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-group]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const row = link.closest("tr");
  if (row.classList.contains("group-loading")) return;
  if (row.classList.contains("open")) close(link, row);
  else open(link, row).catch(() => location.assign(link.href));
});

onArrival((root) => {
  all("a[data-group]:not([aria-expanded])", root).forEach((link) => {
    link.setAttribute("role", "button");
    link.setAttribute("aria-expanded", "false");
  });
});

// While a condition is being typed the list waits: `kind:` alone means nothing yet.
document.addEventListener("htmx:confirm", (event) => {
  const isSearch = event.target.matches?.("form.search");
  const typed = event.detail.triggeringEvent?.type === "input";
  if (isSearch && typed && one("#search")?.value.includes(":")) event.preventDefault();
});
