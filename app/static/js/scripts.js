// A script beside the editor: opening one opens the editor too, so that its words have somewhere to go.

import { openComposer } from "./editor.js";

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-open-script]")) openComposer("reply", { focus: false });
  if (event.target.closest("[data-close-script]")) document.getElementById("script-run").replaceChildren();
});
// Whoever goes on by key finds the next step where the last one was.
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id !== "script-run") return;
  const first = event.target.querySelector(".script-answers a, .script-list a, form[data-insert] button");
  first?.focus({ preventScroll: true });
  event.target.scrollIntoView({ block: "nearest" });
});
