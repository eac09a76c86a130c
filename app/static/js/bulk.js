// What is done with the selected tickets: asked for without leaving the list, told in a note that can take it back.

import { post, Refused, toast } from "./http.js";
import { selectNone } from "./selection.js";

const bar = document.getElementById("bulk");
const inbox = document.getElementById("inbox");
const LONG_ENOUGH = 20000;

function tell(text, undo) {
  const note = document.createElement("div");
  note.className = "toast-note";
  const words = document.createElement("span");
  words.textContent = text;
  note.append(words);
  if (undo) note.append(undoButton(undo, note));
  document.getElementById("toasts").append(note);
  setTimeout(() => note.remove(), undo ? LONG_ENOUGH : LONG_ENOUGH / 2);
}

function undoButton(url, note) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-sm";
  button.dataset.undoNow = "";
  button.textContent = bar.dataset.undoWord;
  button.addEventListener("click", () => {
    note.remove();
    ask(url, { view: inbox.dataset.view });
  });
  return button;
}

async function ask(url, fields) {
  try {
    const answer = await post(url, fields);
    tell(answer.text, answer.undo);
    await refresh();
    return true;
  } catch (error) {
    toast(error instanceof Refused ? error.message : document.getElementById("live-state").title);
    return false;
  }
}

// Found tickets are no view that anything tells about: the page itself is asked again.
async function refresh() {
  if (inbox.dataset.searching !== "yes") return document.dispatchEvent(new CustomEvent("app:acted"));
  const response = await fetch(location.href, { credentials: "same-origin" });
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html").getElementById("rows");
  if (!fresh) return;
  document.getElementById("rows").replaceWith(document.adoptNode(fresh));
  window.htmx.process(document.getElementById("rows"));
  document.dispatchEvent(new CustomEvent("app:rows"));
}

// Who works by keyboard stays where they were, also when the ticket under the focus leaves the list.
let place = -1;

function remember() {
  const rows = [...document.querySelectorAll("#rows .row")];
  const focused = document.activeElement?.closest("#rows .row");
  const first = rows.findIndex((row) => row.classList.contains("is-picked"));
  place = focused ? rows.indexOf(focused) : first;
  if (focused?.classList.contains("is-picked")) place = Math.min(place, first);
}

document.addEventListener("app:rows", () => {
  const lost = document.activeElement === document.body || document.activeElement?.closest("#bulk");
  if (place < 0 || !lost) return;
  const links = [...document.querySelectorAll("#rows .row > a")];
  links[Math.min(place, links.length - 1)]?.focus({ preventScroll: true });
  place = -1;
});

// Enter in the field of a menu presses the button below it.
bar?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches(".menu-list input")) return;
  event.preventDefault();
  event.target.closest(".menu-list").querySelector("input ~ button, input ~ .bulk-pair button").click();
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id === "bulk-people") event.detail.target.querySelector("button").focus();
});

bar?.addEventListener("submit", async (event) => {
  event.preventDefault();
  remember();
  for (const menu of bar.querySelectorAll("details[open]")) menu.open = false;
  const fields = new FormData(bar, event.submitter);
  bar.setAttribute("aria-busy", "true");
  if (await ask(bar.action, fields)) {
    bar.querySelector("#bulk-tag").value = "";
    selectNone();
  }
  bar.removeAttribute("aria-busy");
});
