// Moving a record in a board, a calendar or a tree: the server decides, and says why when it may not be
import { one, prepare, send, tell } from "./dom.js";
import { openSheet } from "./sheets.js";

export const dragging = {
  animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 140,
  delay: 160,
  delayOnTouchOnly: true,
  fallbackClass: "drag-flying",
  fallbackOnBody: true,
  fallbackTolerance: 5,
  filter: ".card-menu, .entry-edge",
  forceFallback: true,
  ghostClass: "drag-ghost",
  preventOnFilter: false,
  sort: false,
};

// The library is loaded once, by the first view that drags anything.
export async function sortable() {
  if (!window.Sortable) await import("../vendor/sortable.min.js");
  return window.Sortable;
}

export async function refresh(focus) {
  await htmx.ajax("GET", location.href, { target: "#list", select: "#list", swap: "outerHTML" });
  if (focus) one(focus)?.focus();
}

// Answers whether the record moved at once; a sheet that opened goes its own way.
export async function move(url, field, to, focus) {
  const form = new FormData();
  form.set("field", field);
  form.set("to", to);
  try {
    const told = await send(`${url}/move`, { form });
    if (told.ask) {
      ask(told.ask, focus);
      return false;
    }
    tell(told.text, "good");
    await refresh(focus);
    return true;
  } catch (problem) {
    const errors = Object.values(problem.problem?.errors ?? {}).flat();
    tell(errors.join(" ") || problem.message, "bad");
    return false;
  }
}

function ask(links, focus) {
  if (links.length === 1) return openHere(links[0].url, focus);
  const dialog = one("#sheet");
  one("#sheet-title", dialog).textContent = "How should it move?";
  const list = document.createElement("div");
  list.className = "stack";
  for (const link of links) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button";
    button.textContent = link.label;
    button.addEventListener("click", () => (dialog.close(), openHere(link.url, focus)));
    list.append(button);
  }
  one(".sheet-body", dialog).replaceChildren(list);
  dialog.showModal();
  one("button", list).focus();
}

// A page of one question, asked over the view; whoever answers it stays in the view.
export async function openHere(url, focus) {
  await openSheet(Object.assign(document.createElement("a"), { href: url }));
  const dialog = one("#sheet");
  const back = (event) => sendSheet(event, dialog, focus);
  dialog.addEventListener("submit", back);
  dialog.addEventListener("close", () => dialog.removeEventListener("submit", back), { once: true });
}

// What the sheet asks for is sent from here, so that whoever works in a view stays in it.
async function sendSheet(event, dialog, focus) {
  if (["_add", "_remove", "_preview"].includes(event.submitter?.name)) return;
  event.preventDefault();
  const form = event.target;
  const answer = await fetch(form.action, { method: "POST", headers: { Accept: "text/html" }, body: new FormData(form) });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const action = one("#action", page);
  if (!answer.ok && action) {
    one(".sheet-body", dialog).replaceChildren(action);
    prepare(dialog);
    htmx.process(dialog);
    one(".note.bad", dialog)?.focus();
    return;
  }
  dialog.close();
  tell(one(".notes .note div", page)?.textContent.trim() ?? (answer.ok ? "Done." : "That did not work."), answer.ok ? "good" : "bad");
  await refresh(focus);
}
