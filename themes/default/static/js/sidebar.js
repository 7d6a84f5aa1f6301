// The menu beside the page: parts that fold, icons alone, the records that were looked at last.
import { all, one, onVerb, send, tell } from "./dom.js";
import { keep, recall } from "./memory.js";

const MOST_RECENT = 8;
const RECORD = /^\/.+\/\d+$/;

const app = one("[data-app]");
const sections = () => all("details[data-section]");

function remember() {
  const closed = sections().filter((part) => !part.open).map((part) => part.dataset.section);
  const narrow = app.classList.contains("narrow-menu");
  send("/api/v1/me/preferences", { method: "PATCH", body: { sidebar: { narrow, closed } } }).catch((error) => tell(error.message, "bad"));
}

onVerb("narrow", (button) => {
  button.setAttribute("aria-pressed", String(app.classList.toggle("narrow-menu")));
  remember();
});

// Only what a person folds is kept: a details element that is open when it arrives tells of that as well.
for (const part of sections()) {
  one("summary", part).addEventListener("click", () => setTimeout(remember));
}

function addRecent() {
  const title = document.title.replace(/ · OpenMill$/, "");
  if (!RECORD.test(location.pathname) || one("[data-problem-page]")) return;
  const others = recall("recent", []).filter((item) => item.url !== location.pathname);
  keep("recent", [{ url: location.pathname, title }, ...others].slice(0, MOST_RECENT + 1));
}

function showRecent() {
  const place = one("[data-recent]");
  const items = recall("recent", []).filter((item) => item.url !== location.pathname).slice(0, MOST_RECENT);
  if (!place || !items.length) return;
  place.replaceChildren(
    ...items.map(({ url, title }) => {
      // An icon like that of the list the record belongs to.
      const list = one(`.side nav a[href="${CSS.escape(url.replace(/\/\d+$/, "")).replaceAll("\\/", "/")}"] .icon`);
      const link = document.createElement("a");
      link.href = link.title = url;
      link.title = title;
      const text = document.createElement("span");
      text.className = "side-text";
      text.textContent = title;
      link.append(...(list ? [list.cloneNode(true)] : []), text);
      return link;
    }),
  );
  one("#recent").hidden = false;
}

if (app) {
  addRecent();
  showRecent();
}
