// The tree: opened and walked by keyboard as trees are, branches fetched when they are opened, records put elsewhere
import { all, one, onArrival, tell } from "./dom.js";
import { move, openHere } from "./moving.js";

const link = (item) => one(":scope > .branch-row > .branch-link", item);
const group = (item) => one(":scope > ul", item);
const item = (element) => element.closest(".branch");
const isOpen = (branch) => link(branch).getAttribute("aria-expanded") === "true";
const visible = (tree) => all(".branch-link", tree).filter((each) => !each.closest("ul[hidden]"));

function prepareBranch(branch) {
  const own = link(branch);
  branch.setAttribute("role", "none");
  own.setAttribute("role", "treeitem");
  own.tabIndex = -1;
  const inside = group(branch);
  if (inside) {
    inside.setAttribute("role", "group");
    inside.id ||= `branch-${branch.dataset.id}`;
    own.setAttribute("aria-owns", inside.id);
  }
  // Within a tree there are only its items; the key M does what this link does.
  const door = one(":scope > .branch-row > [data-place]", branch);
  door?.setAttribute("aria-hidden", "true");
  if (door) door.tabIndex = -1;
  if (inside || own.dataset.branch) own.setAttribute("aria-expanded", String(Boolean(inside) && !inside.hidden));
}

async function open(branch) {
  const own = link(branch);
  if (!group(branch) && own.dataset.branch) {
    const answer = await fetch(own.dataset.branch, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const list = document.createElement("ul");
    list.append(...all("[data-tree] > .branch", page));
    const notice = one(".notice", page);
    if (notice) list.append(Object.assign(document.createElement("li"), { className: "notice", textContent: notice.textContent.trim() }));
    branch.append(list);
    all(".branch", list).forEach(prepareBranch);
    delete own.dataset.branch;
    prepareBranch(branch);
  }
  if (!group(branch)) return;
  group(branch).hidden = false;
  own.setAttribute("aria-expanded", "true");
}

function close(branch) {
  group(branch).hidden = true;
  link(branch).setAttribute("aria-expanded", "false");
}

const toggle = (branch) => (isOpen(branch) ? close(branch) : open(branch));

function focus(to) {
  if (!to) return;
  all('.branch-link[tabindex="0"]', to.closest(".tree")).forEach((each) => (each.tabIndex = -1));
  to.tabIndex = 0;
  to.focus();
}

let taken = null;
function take(branch) {
  taken = branch;
  tell(`${link(branch).textContent.trim()}: press Ctrl V where it shall go, Escape to leave it here.`);
}

function put(branch, parent) {
  const tree = branch.closest(".tree");
  const id = branch.dataset.id;
  taken = null;
  return move(link(branch).getAttribute("href"), tree.dataset.field, parent?.dataset.id ?? "", `.branch[data-id="${id}"] .branch-link`);
}

const place = (branch) => openHere(one(":scope > .branch-row > [data-place]", branch).href, `.branch[data-id="${branch.dataset.id}"] .branch-link`);

const keys = {
  ArrowDown: (own, shown) => focus(shown[shown.indexOf(own) + 1]),
  ArrowUp: (own, shown) => focus(shown[shown.indexOf(own) - 1]),
  Home: (_, shown) => focus(shown[0]),
  End: (_, shown) => focus(shown.at(-1)),
  ArrowRight(own, shown) {
    const branch = item(own);
    if (!own.hasAttribute("aria-expanded")) return;
    if (isOpen(branch)) focus(shown[shown.indexOf(own) + 1]);
    else open(branch);
  },
  ArrowLeft(own) {
    const branch = item(own);
    if (own.hasAttribute("aria-expanded") && isOpen(branch)) close(branch);
    else if (item(branch.parentElement)) focus(link(item(branch.parentElement)));
  },
};

document.addEventListener("keydown", (event) => {
  const own = event.target.closest?.(".tree .branch-link");
  if (!own || event.altKey) return;
  const tree = own.closest(".tree");
  if (event.ctrlKey || event.metaKey) {
    if (!("movable" in tree.dataset) || !["x", "v"].includes(event.key)) return;
    event.preventDefault();
    if (event.key === "x") take(item(own));
    else if (taken) put(taken, item(own));
  } else if (event.key === "Escape") {
    taken = null;
  } else if (event.key === "m" && "movable" in tree.dataset) {
    event.preventDefault();
    place(item(own));
  } else if (keys[event.key]) {
    event.preventDefault();
    keys[event.key](own, visible(tree));
  }
});

document.addEventListener("click", (event) => {
  const twist = event.target.closest(".tree .twist:not(.none)");
  if (twist) toggle(item(twist));
  const door = event.target.closest(".tree [data-place]");
  if (!door || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  place(item(door));
});

function makeDraggable(tree) {
  let dragged = null;
  const clear = () => all(".drop-here", tree).forEach((each) => each.classList.remove("drop-here"));
  // Over a row it goes inside; over the upper edge of the tree it goes to the top.
  const target = (event) => (event.clientY < tree.getBoundingClientRect().top + 6 ? tree : event.target.closest(".branch-row"));
  tree.addEventListener("dragstart", (event) => {
    dragged = item(event.target);
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", link(dragged).textContent.trim());
  });
  tree.addEventListener("dragover", (event) => {
    const over = target(event);
    clear();
    if (!dragged || !over || item(over) === dragged) return;
    event.preventDefault();
    over.classList.add("drop-here");
  });
  tree.addEventListener("dragend", clear);
  tree.addEventListener("drop", (event) => {
    const over = target(event);
    clear();
    event.preventDefault();
    if (dragged && over && item(over) !== dragged) put(dragged, over === tree ? null : item(over));
    dragged = null;
  });
}

onArrival((root) => {
  all(".tree:not([role])", root).forEach((tree) => {
    if ("flat" in tree.dataset) return;
    tree.setAttribute("role", "tree");
    all(".branch", tree).forEach(prepareBranch);
    one(".branch-link", tree).tabIndex = 0;
    if ("movable" in tree.dataset) makeDraggable(tree);
  });
});
