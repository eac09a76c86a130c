// Ten seconds to take a reply back: a note at the edge of the screen that outlives a change of ticket.

import { openComposer } from "./editor.js";

const shown = new Set();
const offers = new Map();

function offer(line) {
  const url = line.dataset.undo;
  const until = Date.parse(line.dataset.undoUntil);
  if (shown.has(url) || until <= Date.now()) return;
  shown.add(url);
  const note = document.createElement("div");
  note.className = "toast-note";
  const text = document.createElement("span");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-sm";
  button.dataset.undoNow = "";
  button.textContent = line.dataset.undoButton;
  note.append(text, button);
  document.getElementById("toasts").append(note);

  const tick = () => {
    const left = Math.ceil((until - Date.now()) / 1000);
    text.textContent = `${line.dataset.undoText} · ${Math.max(left, 0)}`;
    if (left <= 0) finish();
  };
  const timer = setInterval(tick, 250);
  const finish = () => {
    clearInterval(timer);
    note.remove();
    document.querySelector(`form[action="${url}"]`)?.remove();
  };
  const takeBack = () => {
    finish();
    offers.delete(url);
    const view = document.getElementById("inbox")?.dataset.view ?? "";
    const token = document.querySelector('meta[name="csrf-token"]').content;
    const asked = { target: "#ticket", swap: "outerHTML", values: { csrf_token: token, view } };
    document.addEventListener("htmx:afterSettle", () => openComposer(document.querySelector("#composer.is-forward") ? "forward" : "reply"), { once: true });
    window.htmx.ajax("POST", url, asked);
  };
  button.addEventListener("click", takeBack);
  offers.set(url, takeBack);
  tick();
}

// The button inside the reply does what the note's button does, so that no note goes on counting.
document.addEventListener("submit", (event) => {
  const takeBack = offers.get(event.target.getAttribute("action"));
  if (!takeBack) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  takeBack();
}, true);

const look = () => document.querySelectorAll("[data-undo]").forEach(offer);
document.addEventListener("htmx:load", look);
document.addEventListener("app:thread", look);
look();
