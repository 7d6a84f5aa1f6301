// Light and dark, and the theme
import { onVerb, send, tell } from "./dom.js";

function switchMode() {
  const root = document.documentElement;
  const dark = root.dataset.mode ? root.dataset.mode === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.mode = dark ? "light" : "dark";
  document.cookie = `openmill_mode=${root.dataset.mode}; path=/; max-age=31536000; samesite=lax`;
}

// The server draws every page in its theme, so the page is fetched again in the new one.
async function switchTheme(node) {
  try {
    await send("/preferences", { form: new URLSearchParams({ theme: node.dataset.value }) });
    location.reload();
  } catch {
    tell("The theme could not be kept; log in again.", "bad");
  }
}

onVerb("mode", switchMode);
onVerb("theme", switchTheme);
