// Runs before the first paint, so that a page kept by the browser never flashes in the other mode.
(() => {
  const root = document.documentElement;
  const mode = /(?:^|; )openmill_mode=(light|dark)/.exec(document.cookie);
  if (mode) root.dataset.mode = mode[1];
  else delete root.dataset.mode;
  root.classList.add("js");
})();
