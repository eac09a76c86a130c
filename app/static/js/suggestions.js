// An answer goes into the editor by click or key, with its variables filled; what could not be filled is marked. One
// that was sent away can be had back for some seconds. Escape closes what was opened to be read.

import { openComposer } from "./editor.js";
import { isTyping, post, toast } from "./http.js";
import { caretOf, insertAnswer, noteArticle } from "./merge.js";
import { takeFiles } from "./uploads.js";

const SECONDS = 12;
const place = () => document.getElementById("suggestions");

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-insert]");
  if (!form) return;
  event.preventDefault();
  try {
    const fields = new FormData(form);
    const caret = caretOf(document.querySelector("#form-reply trix-editor"));
    const answer = await post(form.getAttribute("action"), fields);
    const area = await openComposer("reply");
    const letter = document.getElementById("form-reply");
    insertAnswer(area, answer.html, caret);
    if (answer.article_id) noteArticle(letter, answer.article_id);
    if (answer.files?.length) await takeFiles(letter, answer.copy);
    form.closest(".suggest")?.classList.add("is-used");
    const read = form.closest(".suggest")?.querySelector("details");
    if (read) read.open = false;
  } catch (error) {
    toast(error.message);
  }
});

// Q sends away what is being read, or else the first.
function giveKey() {
  const buttons = [...(place()?.querySelectorAll("[data-dismiss]") ?? [])];
  const read = place()?.querySelector(".suggest details[open]")?.closest(".suggest")?.querySelector("[data-dismiss]");
  for (const button of buttons) delete button.dataset.key;
  const chosen = read ?? buttons[0];
  if (chosen) chosen.dataset.key = "q";
}

function offerBack() {
  const form = place()?.querySelector("form[data-dismissed-now]");
  if (!form) return;
  delete form.dataset.dismissedNow;
  for (const earlier of document.querySelectorAll("#toasts [data-dismissed-note]")) earlier.remove();
  const note = toast(form.dataset.text);
  note.dataset.dismissedNote = "";
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "btn btn-sm", textContent: form.dataset.undoText });
  button.dataset.undoNow = "";
  button.addEventListener("click", () => {
    note.remove();
    // What arrives meanwhile may have drawn the panel anew: then the same line of it is meant.
    const same = (one) => one.getAttribute("action") === form.getAttribute("action");
    (form.isConnected ? form : [...(place()?.querySelectorAll(".suggest-gone") ?? [])].find(same))?.requestSubmit();
  });
  note.append(button);
  setTimeout(() => note.remove(), SECONDS * 1000);
}

document.addEventListener("keydown", (event) => {
  if (event.code === "KeyQ") giveKey();
  if (event.code !== "Escape" || isTyping(event.target) || document.querySelector("dialog[open], details.menu[open]")) return;
  const read = place()?.querySelectorAll(".suggest details[open]") ?? [];
  if (!read.length) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  for (const one of read) one.open = false;
}, true);
document.addEventListener("htmx:afterSettle", offerBack);
