// The home page: each card comes by itself, again every minute while somebody looks, and can be dragged.
import { all, one, send, tell } from "./dom.js";

const EVERY_MS = 60_000;
const board = one("[data-dashboard]");

async function fill(place) {
  // Only what is on its way is busy: without scripts nothing comes.
  if (one(".waiting", place)) place.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(place.dataset.fill, { headers: { "X-Fragment": "yes", Accept: "text/html" } });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    const part = new DOMParser().parseFromString(await answer.text(), "text/html").body;
    // Nobody's place in a card is taken away from under them.
    if (!place.contains(document.activeElement)) place.replaceChildren(...part.children);
  } catch {
    // What was shown stays: it is older, not wrong. A card that never came says so.
    const waiting = one(".waiting .bone", place);
    if (waiting) {
      const said = document.createElement("p");
      said.className = "detail failed";
      said.textContent = "This card did not come. It is asked for again in a minute.";
      waiting.replaceWith(said);
    }
  } finally {
    place.removeAttribute("aria-busy");
  }
}

const fillAll = () => all("[data-fill]", board).forEach(fill);

function arrangement() {
  return all("[data-card]", board).map((card) => ({ key: card.dataset.card, width: Number(card.dataset.width) }));
}

async function keepOrder() {
  const [audience, ...role] = board.dataset.for.split(":");
  try {
    await send("/api/v1/dashboard", { method: "PUT", body: { cards: arrangement(), audience, role: role.join(":") } });
    tell("Kept.", "good");
  } catch (error) {
    tell(error.message, "bad");
  }
}

function makeDraggable() {
  const script = document.createElement("script");
  script.src = board.dataset.sorting;
  script.addEventListener("load", () => new Sortable(board, { handle: ".desk-tools", animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 150, onEnd: keepOrder }));
  document.head.append(script);
}

if (board) {
  fillAll();
  setInterval(() => document.visibilityState === "visible" && !one("dialog[open]") && fillAll(), EVERY_MS);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && fillAll());
  if (board.dataset.sorting) makeDraggable();
}
