// Light and dark
import { onVerb } from "./dom.js";

function switchMode() {
  const root = document.documentElement;
  const dark = root.dataset.mode ? root.dataset.mode === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.mode = dark ? "light" : "dark";
  document.cookie = `openmill_mode=${root.dataset.mode}; path=/; max-age=31536000; samesite=lax`;
}

onVerb("mode", switchMode);
