// The number on the bell: asked for beside the page, at most once a minute and tab.
import { one, onArrival, send } from "./dom.js";

const KEPT = "openmill:alerts";
const FRESH_MS = 60_000;

function show(count) {
  const badge = one("[data-bell] .badge");
  if (!badge) return;
  badge.hidden = !count;
  badge.textContent = count > 99 ? "99+" : String(count);
  one("[data-bell] summary").setAttribute("aria-label", count ? `Alerts: ${count}` : "Alerts: none");
}

function keep(count) {
  const person = one("[data-app]").dataset.person;
  sessionStorage.setItem(KEPT, JSON.stringify({ person, count, at: Date.now() }));
  show(count);
}

function ask() {
  const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "{}");
  if (kept.person === one("[data-app]").dataset.person) show(kept.count);
  if (kept.person === one("[data-app]").dataset.person && Date.now() - kept.at < FRESH_MS) return;
  send("/api/v1/alerts", { method: "GET" })
    .then((told) => keep(told.count))
    .catch(() => {});
}

onArrival(() => {
  const panel = one("[data-alerts]");
  if (panel) keep(Number(panel.dataset.alerts));
});
if (one("[data-bell]")) ask();
