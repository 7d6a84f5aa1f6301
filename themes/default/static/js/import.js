// Sending a file by dropping it, and saying what its columns are: what is still missing is told while one chooses.
import { all, one } from "./dom.js";

function dropZone(form) {
  const zone = one("[data-drop]", form);
  const input = one("input[type=file]", zone);
  const name = one("[data-drop-name]", zone);
  const chosen = () => {
    const [file] = input.files;
    if (file) name.textContent = `${file.name} · ${Math.max(1, Math.round(file.size / 1024)).toLocaleString()} KB`;
    zone.classList.toggle("filled", Boolean(file));
  };
  input.addEventListener("change", chosen);
  for (const kind of ["dragenter", "dragover"]) {
    zone.addEventListener(kind, (event) => {
      event.preventDefault();
      zone.classList.add("over");
    });
  }
  for (const kind of ["dragleave", "drop"]) zone.addEventListener(kind, () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    chosen();
  });
  chosen();
  form.dataset.ready = "";
}

function mapping(form) {
  const selects = all("select[name^=field-]", form);
  const mode = one("[name=mode]", form);
  const told = one("[data-lacking]", form);
  const needed = all("option[data-required]", selects[0]).map((option) => [option.value, option.textContent.replace(" *", "")]);
  const look = () => {
    const given = new Set(selects.map((select) => select.value.replace(/_id$/, "")));
    const lacking = needed.filter(([value]) => !given.has(value.replace(/_id$/, ""))).map(([, label]) => label);
    for (const select of selects) select.closest("tr").classList.toggle("left-out", !select.value);
    told.hidden = mode.value === "update";
    told.classList.toggle("good", lacking.length === 0);
    const text = lacking.length ? `No column gives ${lacking.join(", ")} yet.` : "Every field that is needed has its column.";
    if (one("span", told).textContent !== text) one("span", told).textContent = text;
  };
  form.addEventListener("change", look);
  look();
}

all("[data-import-start]").forEach(dropZone);
all("[data-columns]").forEach(mapping);
