// What every module of the page uses: finding elements, preparing what has just arrived, talking to the server.
export const token = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";
export const one = (selector, within = document) => within.querySelector(selector);
export const all = (selector, within = document) => [...within.querySelectorAll(selector)];
export const typing = (element) => element.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable], .ts-wrapper");

// A module says what it does with elements that arrive; it is called for the page and for every fragment after it.
const preparers = [];
export function onArrival(prepare) {
  preparers.push(prepare);
}
export function prepare(root) {
  preparers.forEach((each) => each(root));
}

// data-do="verb" on a button calls what a module has named so.
const verbs = new Map();
export function onVerb(name, run) {
  verbs.set(name, run);
}
export const verb = (name) => verbs.get(name);

// A request of our own to this site: JSON out, JSON in, an Error with the problem's words when it is refused.
export async function send(url, { method = "POST", body, form } = {}) {
  const headers = { Accept: "application/json", "X-CSRF-Token": token() };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const answer = await fetch(url, { method, headers, body: body === undefined ? form : JSON.stringify(body) });
  const told = (answer.headers.get("Content-Type") ?? "").includes("json") ? await answer.json() : {};
  if (!answer.ok) throw Object.assign(new Error(told.detail ?? "That did not work."), { status: answer.status, problem: told });
  return told;
}

// A short word to the person, read out by screen readers; `url` leads to what it is about.
export function tell(text, tone = "info", url = "") {
  const place = one("#told");
  if (!place) return;
  const note = document.createElement("p");
  note.className = `toast ${tone}`;
  note.textContent = text;
  if (url) note.append(" ", Object.assign(document.createElement("a"), { className: "link", href: url, textContent: "Open" }));
  place.append(note);
  setTimeout(() => note.remove(), 6000);
}
