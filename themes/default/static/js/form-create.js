// A record made without leaving the form that needs it: the generated form of its kind, in a dialog of its own
import { all, one, prepare, tell } from "./dom.js";

let count = 0;

// Two forms on one page must not share ids.
function renamed(form) {
  const prefix = `new${(count += 1)}-`;
  all("[id]", form).forEach((element) => (element.id = prefix + element.id));
  for (const attribute of ["for", "aria-labelledby", "aria-describedby", "aria-controls"]) {
    all(`[${attribute}]`, form).forEach((element) => element.setAttribute(attribute, element.getAttribute(attribute).split(" ").map((id) => prefix + id).join(" ")));
  }
  return form;
}

function show(dialog, page, save) {
  const form = one("main form[data-guard]", page);
  if (!form) return false;
  form.removeAttribute("data-draft");
  all("noscript", form).forEach((element) => element.remove());
  one(".sheet-head h2", dialog).textContent = one("h1", page).textContent.trim();
  const summary = one("main [role=alert]", page);
  all("a[href^='#']", summary ?? form).forEach((link) => link.removeAttribute("href"));
  one(".sheet-body", dialog).replaceChildren(...(summary ? [summary] : []), renamed(form));
  one(".form-end a", form)?.setAttribute("data-do", "close");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (event.submitter?.name !== "_add" && event.submitter?.name !== "_remove") save(form);
  });
  prepare(dialog);
  const empty = all("input:not([type=hidden], [type=checkbox]), select, textarea", form).find((control) => control.getAttribute("aria-invalid") || (control.getAttribute("aria-required") && !control.value));
  (empty?.tomselect ?? empty ?? one("input:not([type=hidden])", form))?.focus();
  return true;
}

const parsed = async (answer) => new DOMParser().parseFromString(await answer.text(), "text/html");

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
  return dialog;
}

export async function createRecord(url, base, done) {
  const dialog = opened();
  let made;
  dialog.addEventListener("close", () => {
    dialog.remove();
    done(made);
  });

  async function save(form) {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { Accept: "text/html" } }).catch(() => null);
    const id = answer?.ok && answer.redirected && new RegExp(`^${base}(\\d+)$`).exec(new URL(answer.url).pathname)?.[1];
    if (id) {
      const found = await fetch(`${base}choices?id=${id}`, { headers: { Accept: "application/json" } }).then((page) => page.json());
      made = found.items[0];
      dialog.close();
      if (made) tell(`${made.label} is made and chosen.`, "good");
    } else if (!answer || !show(dialog, await parsed(answer), save)) {
      tell("It was not saved. Try once more, or make it on its own page.", "bad");
    }
  }

  const answer = await fetch(url, { headers: { Accept: "text/html" } }).catch(() => null);
  dialog.showModal();
  if (answer?.ok && show(dialog, await parsed(answer), save)) return;
  dialog.close();
  tell("The form for it could not be opened. Try once more.", "bad");
}
