// Files beside a record: dropped or chosen, sent one by one, looked at without leaving the page.
import { all, one, token } from "./dom.js";

function line(form, name) {
  const item = document.createElement("li");
  const bar = document.createElement("progress");
  bar.max = 100;
  bar.value = 0;
  bar.setAttribute("aria-label", name);
  const text = document.createElement("span");
  text.textContent = name;
  item.append(text, bar);
  one(".sending", form).append(item);
  return { bar, fail: (reason) => (bar.remove(), (item.className = "problem"), (text.textContent = `${name}: ${reason}`)), keep: () => item.remove() };
}

function send(form, file) {
  const shown = line(form, file.name);
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    request.open("POST", form.dataset.drop);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRF-Token", token());
    request.upload.addEventListener("progress", (event) => event.lengthComputable && (shown.bar.value = (100 * event.loaded) / event.total));
    request.addEventListener("error", () => done(shown.fail("the connection broke; try again.")));
    request.addEventListener("load", () => {
      if (request.status < 300) {
        shown.keep();
        return done(true);
      }
      let told = {};
      try {
        told = JSON.parse(request.responseText);
      } catch {
        // Whoever stands between us and the server may answer in words of its own.
      }
      done(shown.fail(told.errors?.file?.[0] ?? told.detail ?? "it was refused."));
    });
    const body = new FormData();
    body.append("file", file);
    request.send(body);
  });
}

async function sendAll(form, files) {
  const kept = [];
  for (const file of files) kept.push(await send(form, file));
  one("input[type=file]", form).value = "";
  // What was refused stays readable; what was kept is listed by the server.
  if (kept.every((each) => each === true)) htmx.ajax("GET", form.dataset.again, { source: form, target: "#beside", swap: "innerHTML" });
  else htmx.ajax("GET", form.dataset.again, { source: form, target: ".kept", select: ".kept", swap: "outerHTML" });
}

function makeDrop(form) {
  form.dataset.ready = "1";
  one("input[type=file]", form).addEventListener("change", (event) => sendAll(form, [...event.target.files]));
  for (const name of ["dragenter", "dragover"]) {
    form.addEventListener(name, (event) => {
      event.preventDefault();
      form.classList.add("over");
    });
  }
  for (const name of ["dragleave", "drop"]) form.addEventListener(name, () => form.classList.remove("over"));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    sendAll(form, [...event.dataTransfer.files]);
  });
}

function viewer() {
  const known = one("#viewer");
  if (known) return known;
  const dialog = document.createElement("dialog");
  dialog.id = "viewer";
  dialog.className = "sheet viewer";
  dialog.setAttribute("aria-labelledby", "viewer-title");
  dialog.innerHTML = '<div class="sheet-head"><h2 id="viewer-title"></h2><span class="spacer"></span><a class="button" download>Download</a><button class="button" type="button" data-do="close">Close</button></div><div class="viewer-body"></div>';
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  document.body.append(dialog);
  return dialog;
}

function look(link) {
  const dialog = viewer();
  const shown = document.createElement(link.dataset.show === "pdf" ? "iframe" : "img");
  if (link.dataset.show === "pdf") shown.title = link.dataset.name;
  else shown.alt = link.dataset.name;
  shown.src = link.href;
  one("#viewer-title", dialog).textContent = link.dataset.name;
  // A browser without a viewer for it still gives the file.
  one("a[download]", dialog).href = one("a[download]", link.closest("li")).href;
  one(".viewer-body", dialog).replaceChildren(shown);
  dialog.showModal();
}

function makeLook(link) {
  link.dataset.ready = "1";
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    look(link);
  });
  // What a browser cannot draw is a file like any other.
  one("img", link)?.addEventListener("error", (event) => event.target.remove());
}

export function prepareFiles(root) {
  all("[data-drop]:not([data-ready])", root).forEach(makeDrop);
  all("[data-show]:not([data-ready])", root).forEach(makeLook);
}
