// The board: cards are dragged from column to column, or moved by Ctrl and the arrow keys
import { all, one, onArrival } from "./dom.js";
import { dragging, move, sortable } from "./moving.js";

const column = (element) => element.closest(".board-column");
const reach = (from) => from.dataset.reach.split("|").slice(0, -1);
const byId = (id) => `.board-card[data-id="${id}"] .card-link`;
const field = () => one('#move [name="field"]').value;
const address = (card) => one(".card-link", card).getAttribute("href");

function dim(board, from) {
  board.classList.add("dragging");
  all(".board-column", board).forEach((other) => {
    if (other === from) return;
    other.classList.add(reach(from).includes(other.dataset.value) ? "open" : "closed");
  });
}

function undim(board) {
  board.classList.remove("dragging");
  all(".board-column", board).forEach((other) => other.classList.remove("open", "closed"));
}

async function drop({ item, from, to, oldDraggableIndex }) {
  const target = column(to).dataset.value;
  if (from === to) return;
  const place = () => from.insertBefore(item, all(":scope > .board-card", from)[oldDraggableIndex] ?? null);
  if (!(await move(address(item), field(), target, byId(item.dataset.id)))) place();
}

async function makeBoard(board) {
  const Sortable = await sortable();
  all(".board-cards", board).forEach((list) => {
    new Sortable(list, {
      ...dragging,
      draggable: ".board-card:has(.card-menu)",
      group: "board",
      onStart: (event) => dim(board, column(event.from)),
      onEnd: (event) => (undim(board), drop(event)),
    });
  });
  board.dataset.ready = "";
}

function step(card, key) {
  const columns = all(".board-column", card.closest(".board"));
  const here = columns.indexOf(column(card));
  const onward = key === "ArrowRight" ? columns.slice(here + 1) : columns.slice(0, here).reverse();
  const target = onward.find((other) => reach(columns[here]).includes(other.dataset.value)) ?? onward[0];
  if (target) move(address(card), field(), target.dataset.value, byId(card.dataset.id));
}

function walk(card, key) {
  const cards = all(".board-card", column(card));
  const place = cards.indexOf(card);
  let next = { ArrowDown: cards[place + 1], ArrowUp: cards[place - 1] }[key];
  if (key === "ArrowLeft" || key === "ArrowRight") {
    const columns = all(".board-column", card.closest(".board")).filter((other) => one(".board-card", other));
    const beside = columns[columns.indexOf(column(card)) + (key === "ArrowRight" ? 1 : -1)];
    const others = beside ? all(".board-card", beside) : [];
    next = others[Math.min(place, others.length - 1)];
  }
  if (next) one(".card-link", next).focus();
}

document.addEventListener("keydown", (event) => {
  const card = event.target.matches(".card-link") && event.target.closest(".board-card");
  if (!card || !event.key.startsWith("Arrow") || event.altKey || event.shiftKey) return;
  event.preventDefault();
  if (event.ctrlKey || event.metaKey) {
    if (event.key === "ArrowLeft" || event.key === "ArrowRight") step(card, event.key);
  } else {
    walk(card, event.key);
  }
});

document.addEventListener("submit", (event) => {
  if (event.target.id !== "move" || !event.submitter) return;
  const card = event.submitter.closest(".board-card");
  event.preventDefault();
  event.submitter.closest("details").open = false;
  move(address(card), field(), event.submitter.value, byId(card.dataset.id));
});

onArrival((root) => {
  const boards = root.matches?.("[data-board]") ? [root] : all("[data-board]", root);
  boards.filter((board) => one("#move")).forEach(makeBoard);
});
