// What this browser remembers of one person in one organisation; forgotten when they log out.
import { one } from "./dom.js";

const START = "openmill:";
const key = (name) => `${START}${one("[data-app]")?.dataset.person ?? ""}:${name}`;

export function recall(name, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(key(name))) ?? otherwise;
  } catch {
    return otherwise;
  }
}

export function keep(name, value) {
  try {
    localStorage.setItem(key(name), JSON.stringify(value));
  } catch {
    // A full or forbidden store only means that nothing is remembered.
  }
}

function forgetAll() {
  for (const store of [localStorage, sessionStorage]) {
    Object.keys(store).filter((name) => name.startsWith(START)).forEach((name) => store.removeItem(name));
  }
}

document.addEventListener("submit", (event) => event.target.matches("[data-log-out]") && forgetAll());
