// A record made without leaving the page that needs it: the generated form of its kind, in a sheet of its own
import { all, one, prepare } from "./dom.js";
import { askToLeave, isChanged, markChanged, submit } from "./guard.js";

const MOST_CARRIED = 400;
let count = 0;

// Two forms on one page must not share ids.
function renamed(part) {
  const prefix = `new${(count += 1)}-`;
  all("[id]", part).forEach((element) => (element.id = prefix + element.id));
  for (const attribute of ["for", "aria-labelledby", "aria-describedby", "aria-controls"]) {
    all(`[${attribute}]`, part).forEach((element) => element.setAttribute(attribute, element.getAttribute(attribute).split(" ").map((id) => prefix + id).join(" ")));
  }
  all("a[href^='#']", part).forEach((link) => link.setAttribute("href", `#${prefix}${link.getAttribute("href").slice(1)}`));
  return part;
}

function show(dialog, text, save) {
  const part = one("[data-title]", new DOMParser().parseFromString(text, "text/html"));
  if (!part) return false;
  const form = one("form", part);
  all("noscript", form).forEach((element) => element.remove());
  one(".sheet-head h2", dialog).textContent = part.dataset.title;
  one(".sheet-body", dialog).replaceChildren(renamed(part));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (event.submitter?.name !== "_add" && event.submitter?.name !== "_remove") save(form);
  });
  prepare(dialog);
  const empty = all("input:not([type=hidden], [type=checkbox]), select, textarea", form).find((control) => control.getAttribute("aria-invalid") || (control.getAttribute("aria-required") && !control.value));
  (empty?.tomselect ?? empty ?? one("input:not([type=hidden])", form))?.focus();
  return true;
}

// The page behind a sheet cannot be seen: what went wrong is said in the sheet itself.
function complain(dialog, words) {
  one(".failed", dialog)?.remove();
  const note = document.createElement("p");
  note.className = "note bad failed";
  note.setAttribute("role", "alert");
  note.textContent = words;
  one(".sheet-body", dialog).prepend(note);
}

async function leave(dialog) {
  const form = one("form", dialog);
  const answer = form && isChanged(form) ? await askToLeave(form) : "leave";
  if (answer === "save") submit(form);
  if (answer === "leave") dialog.close();
}

// The page of its own begins with what was typed here.
function carryTyped(link, form) {
  const url = new URL(link.href);
  for (const { name, value, type, checked } of form.elements) {
    const own = name && !/^_|^csrf_token$|-/.test(name) && !["hidden", "submit", "password"].includes(type);
    const text = type === "checkbox" ? String(checked) : value;
    if (own && text && text.length <= MOST_CARRIED) url.searchParams.set(name, text);
  }
  link.href = url;
}

function opened() {
  const dialog = document.createElement("dialog");
  dialog.className = "sheet sheet-wide";
  dialog.setAttribute("aria-labelledby", `sheet-${count + 1}-title`);
  dialog.innerHTML = `<div class="sheet-head"><h2 id="sheet-${count + 1}-title"></h2><span class="spacer"></span><button class="button plain square close" type="button" data-do="close" aria-label="Close">&times;</button></div><div class="sheet-body"></div>`;
  document.body.append(dialog);
  dialog.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key !== "s") return;
    // Saves what is in the dialog, and not the form below it.
    event.preventDefault();
    event.stopPropagation();
    one("[data-save]", dialog)?.click();
  });
  dialog.addEventListener("cancel", (event) => {
    if (event.target !== dialog) return;
    event.preventDefault();
    leave(dialog);
  });
  dialog.addEventListener("click", (event) => {
    const link = event.target.closest("[data-full]");
    if (link) carryTyped(link, one("form", dialog));
    if (!event.target.closest("[data-do=close]")) return;
    event.stopPropagation();
    leave(dialog);
  });
  return dialog;
}

const asked = (url, options) => fetch(url, { ...options, headers: { Accept: "text/html", "X-Fragment": "yes" } }).catch(() => null);

// Calls `done` with what was made: its id, label and address; with nothing where the sheet was left.
export async function createRecord(url, done, { beside = true } = {}) {
  const dialog = opened();
  let made;
  const ready = () => beside && one("[data-full]", dialog)?.setAttribute("target", "_blank");
  dialog.addEventListener("close", () => {
    dialog.remove();
    done(made);
  });

  async function save(form) {
    const answer = await asked(form.action, { method: "POST", body: new FormData(form) });
    if (answer?.status === 201) {
      made = await answer.json();
      dialog.close();
    } else if (!answer || answer.redirected || !show(dialog, await answer.text(), save)) {
      complain(dialog, "It was not saved. Try once more, or make it on its own page.");
    } else {
      // What was refused is still only here.
      markChanged(one("form", dialog));
      ready();
    }
  }

  const answer = await asked(url);
  dialog.showModal();
  if (!answer?.ok || answer.redirected || !show(dialog, await answer.text(), save)) complain(dialog, "The form for it could not be opened. Try once more.");
  ready();
}
