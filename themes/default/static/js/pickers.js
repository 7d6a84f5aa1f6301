// Reference pickers: search, what was chosen lately first, a new record on the fly, the chosen one opened
import { all, onArrival, one, tell } from "./dom.js";
import { clearProblem } from "./form-cells.js";
import { markChanged } from "./guard.js";

const MOST_RECENT = 8;
const inGrid = (select) => Boolean(select.closest("[data-lines]"));
const baseOf = (select) => new URL(select.dataset.picker, location.href).pathname.replace(/choices$/, "");

// ---- what was chosen lately: only ids are kept, their names come from the server, which knows who may see them

const keyOf = (select) => {
  const owner = one("[data-draft]")?.dataset.draft;
  return owner && `openmill.recent.${owner}.${baseOf(select)}`;
};

function recentOf(select) {
  try {
    return JSON.parse(localStorage.getItem(keyOf(select)) ?? "[]");
  } catch {
    return [];
  }
}

function remember(select, id) {
  if (!keyOf(select) || !/^\d+$/.test(id)) return;
  const kept = [id, ...recentOf(select).filter((other) => other !== id)].slice(0, MOST_RECENT);
  try {
    localStorage.setItem(keyOf(select), JSON.stringify(kept));
  } catch {
    // No room, or no leave to store anything: the list is only a help.
  }
}

// ---- the picker

function rowHtml(data, escape) {
  return `<div><span class="pick-label">${escape(data.label)}</span>${data.detail ? `<span class="pick-detail">${escape(data.detail)}</span>` : ""}</div>`;
}

function settingsFor(select, name) {
  return {
    maxItems: select.multiple ? null : 1,
    valueField: "id",
    labelField: "label",
    searchField: ["label"],
    plugins: select.multiple ? ["remove_button"] : ["clear_button"],
    maxOptions: 60,
    openOnFocus: !inGrid(select),
    // A row's grid scrolls sideways and would cut the list off; over a dialog nothing of the page below can stand.
    dropdownParent: select.closest(".scroll") && !select.closest("dialog") ? "body" : null,
    // The server has looked in more than the label: what it found is what there is, in its order.
    score() {
      return (item) => (this.found ? Math.max(0, this.found.indexOf(item.id) < 0 ? 0 : 1000 - this.found.indexOf(item.id)) : 1);
    },
    sortField: [{ field: "$order" }],
    render: {
      option: rowHtml,
      item: (data, escape) => `<div>${escape(data.label)}</div>`,
      option_create: (data, escape) => `<div class="create">Create <strong>${escape(data.input)}</strong> …</div>`,
      no_results: (data, escape) => `<div class="no-results">Nothing is called ${escape(data.input)}.</div>`,
    },
    create(text, done) {
      const chosen = (made) => {
        done(made);
        if (made) tell(`${made.label} is made and chosen.`, "good");
      };
      import("./form-create.js").then(({ createRecord }) => createRecord(this.doors.create + encodeURIComponent(text), chosen), () => done());
    },
    createFilter() {
      return Boolean(this.doors?.create);
    },
    load(text, done) {
      this.shut = false;
      const url = new URL(select.dataset.picker, location.href);
      url.searchParams.set("search", text);
      if (!text && recentOf(select).length) url.searchParams.set("recent", recentOf(select).join());
      fetch(url, { headers: { Accept: "application/json" } })
        .then((answer) => (answer.ok ? answer.json() : { items: [] }))
        .then((page) => {
          this.doors = page;
          this.found = page.items.map((item) => item.id);
          this.clearOptions();
          // What comes after somebody closed the list must not open it again.
          const { shut } = this;
          done(page.items);
          if (shut) this.close(false);
        })
        .catch(() => done());
    },
    onDropdownOpen() {
      // What is typed is asked for by itself.
      if (!this.doors && !this.inputValue()) this.load("");
    },
    onChange(value) {
      if (value) {
        remember(select, String(value));
        clearProblem(select);
      }
      setLink(this, select);
      markChanged(select.form);
    },
    onInitialize() {
      const input = this.control_input;
      if (!input.getAttribute("aria-labelledby")) input.setAttribute("aria-label", name);
      for (const attribute of ["aria-describedby", "aria-invalid"]) {
        if (select.getAttribute(attribute)) input.setAttribute(attribute, select.getAttribute(attribute));
      }
      // The select goes on carrying the value, but only the picker speaks for it.
      select.setAttribute("aria-hidden", "true");
      one(".clear-button", this.wrapper)?.setAttribute("tabindex", "-1");
      setLink(this, select);
    },
  };
}

function setLink(picker, select) {
  one(".picker-open", picker.wrapper)?.remove();
  if (!select.value || select.multiple || inGrid(select)) return;
  const link = Object.assign(document.createElement("a"), { className: "picker-open", href: baseOf(select) + select.value, target: "_blank", rel: "noopener", tabIndex: -1, title: "Open (Ctrl Enter)" });
  link.setAttribute("aria-label", `Open ${picker.options[select.value]?.label ?? "it"}`);
  picker.wrapper.append(link);
}

export function makePicker(select) {
  if (select.tomselect || !window.TomSelect) return select.tomselect;
  const name = select.getAttribute("aria-label") ?? select.labels[0]?.textContent.trim() ?? "Search";
  // A first load shows what is there; in a grid it waits until somebody asks.
  const picker = new TomSelect(select, { ...settingsFor(select, name), preload: inGrid(select) ? false : "focus" });
  if (select.disabled) picker.disable();
  if (inGrid(select)) openByClick(picker);
  return picker;
}

// In a grid focus alone opens nothing: who goes through cells with Tab wants no list at each.
function openByClick(picker) {
  let wasOpen = false;
  picker.control.addEventListener("mousedown", () => (wasOpen = picker.isOpen), true);
  picker.control.addEventListener("click", () => wasOpen || picker.open());
}

// Tom Select takes focus in a moment of its own, and swallows what is typed before it.
function enter(picker) {
  picker.focus();
  picker.ignoreFocus = false;
  picker.onFocus();
}

const pickerOf = (element) => element.closest?.(".ts-wrapper")?.previousElementSibling?.tomselect;
export const isPicking = (element) => Boolean(pickerOf(element)?.isOpen);

// ---- a grid of a thousand rows makes its pickers one by one, as they are touched

const untouched = (event) => {
  const select = event.target.closest?.("[data-lines] select[data-picker]");
  return select && !select.tomselect && window.TomSelect ? select : null;
};
document.addEventListener("focusin", (event) => {
  const select = untouched(event);
  if (select) enter(makePicker(select));
});
document.addEventListener("mousedown", (event) => {
  const select = untouched(event);
  if (!select || select.disabled) return;
  event.preventDefault();
  const picker = makePicker(select);
  enter(picker);
  picker.open();
});

document.addEventListener("keydown", (event) => {
  const picker = pickerOf(event.target);
  if (!picker) return;
  if (event.key === "Escape") {
    picker.shut = true;
  } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    event.stopPropagation();
    if (picker.input.value) open(baseOf(picker.input) + picker.input.value, "_blank", "noopener");
  } else if (event.key === "ArrowDown" && !event.altKey && !picker.isOpen) {
    // Also where nothing is loaded yet: opening asks for what there is.
    event.preventDefault();
    picker.open();
  } else if (event.key === "Tab" && picker.isOpen && picker.inputValue() && picker.activeOption?.dataset.value) {
    // Typed and found: going on takes it.
    if (!picker.activeOption.classList.contains("create")) picker.addItem(picker.activeOption.dataset.value);
  }
}, true);

onArrival((root) => {
  if (!window.TomSelect) return;
  all("select[data-picker]", root).filter((select) => !inGrid(select) && !select.closest("template")).forEach(makePicker);
});

// ---- lists of words

onArrival((root) => {
  if (!window.TomSelect) return;
  for (const area of all("textarea[data-words]", root)) {
    if (area.tomselect || area.value.trim().startsWith("[")) continue;
    const name = area.getAttribute("aria-label") ?? area.labels[0]?.textContent.trim() ?? "Words";
    new TomSelect(area, {
      create: true, persist: false, delimiter: "\n", splitOn: /\r?\n/, plugins: ["remove_button"], createOnBlur: true, openOnFocus: false,
      render: { no_results: () => null, option_create: (data, escape) => `<div class="create">Add <strong>${escape(data.input)}</strong></div>` },
      onChange: () => markChanged(area.form),
      onInitialize() {
        this.control_input.setAttribute("aria-label", name);
        area.setAttribute("aria-hidden", "true");
      },
    });
  }
});
