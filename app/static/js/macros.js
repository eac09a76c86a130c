// Choosing a macro: a list over the page, found by typing, walked with the arrows, looked at before it is used. Without
// this file the same list is a page of its own.

import { openComposer, markMissing } from "./editor.js";
import { post, toast } from "./http.js";

let dialog = null;

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-macros]");
  if (!opener || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  open(address(opener));
});

// A link knows its ticket; a button of a form takes the ones that are selected, or says that it is the whole view.
function address(opener) {
  if (!opener.form) return opener.href;
  const wanted = new URLSearchParams();
  const fields = new FormData(opener.form);
  const whole = Boolean(fields.get("all"));
  for (const [name, value] of fields) if (name === "view" || (whole ? name === "all" : name === "ticket")) wanted.append(name, value);
  return `${opener.formAction}?${wanted}`;
}

async function open(url) {
  const answer = await fetch(url, { headers: { "X-Part": "picker" }, credentials: "same-origin" });
  if (!answer.ok) return;
  dialog?.remove();
  dialog = document.createElement("dialog");
  dialog.className = "sheet macro-picker";
  dialog.setAttribute("aria-labelledby", "picker-title");
  dialog.innerHTML = await answer.text();
  document.body.append(dialog);
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  dialog.querySelector("#macro-search")?.addEventListener("input", filter);
  dialog.addEventListener("keydown", walk);
  dialog.addEventListener("focusin", (event) => event.target.matches(".macro-choice") && choose(event.target));
  dialog.addEventListener("pointerover", (event) => choose(event.target.closest(".macro-choice")));
  dialog.querySelector("form")?.addEventListener("submit", use);
  dialog.showModal();
  dialog.querySelector("#macro-search")?.focus();
  choose(shown()[0]);
}

const shown = () => [...(dialog?.querySelectorAll("li:not([hidden]) > .macro-choice") ?? [])];
const plain = (text) => text.toLowerCase().replaceAll("ё", "е");

function filter(event) {
  const words = plain(event.target.value).split(/\s+/).filter(Boolean);
  for (const choice of dialog.querySelectorAll(".macro-choice")) {
    const text = plain(choice.textContent);
    choice.parentElement.hidden = !words.every((word) => text.includes(word));
  }
  dialog.querySelector("#macro-none").hidden = shown().length > 0;
  choose(shown()[0]);
}

function walk(event) {
  const all = shown();
  const at = all.findIndex((one) => one.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    choose(all[Math.min(Math.max(at + (event.key === "ArrowDown" ? 1 : -1), 0), all.length - 1)], true);
  } else if (event.key === "Enter" && event.target.id === "macro-search") {
    event.preventDefault();
    all[Math.max(at, 0)]?.click();
  }
}

let wanted = "";
async function choose(choice, scroll = false) {
  if (!choice || choice.getAttribute("aria-selected") === "true") return;
  for (const one of dialog.querySelectorAll(".macro-choice")) one.setAttribute("aria-selected", String(one === choice));
  dialog.querySelector("#macro-search").setAttribute("aria-activedescendant", choice.id);
  if (scroll) choice.scrollIntoView({ block: "nearest" });
  const place = dialog.querySelector("#macro-preview");
  wanted = choice.dataset.look ?? "";
  if (!wanted) return;
  const url = wanted;
  await new Promise((resolve) => setTimeout(resolve, 120));
  if (url !== wanted) return;
  const answer = await fetch(url, { credentials: "same-origin" });
  if (url === wanted && answer.ok) place.innerHTML = await answer.text();
}

// With one ticket open, its editor takes the words; for a selection the server does everything.
async function use(event) {
  const form = event.target;
  const tickets = [...form.querySelectorAll('[name="ticket"]')].map((one) => one.value);
  const here = document.getElementById("ticket")?.dataset.ticket;
  if (tickets.length !== 1 || tickets[0] !== here) return;
  event.preventDefault();
  const url = event.submitter.getAttribute("formaction");
  dialog.close();
  try {
    await Promise.resolve(document.getElementById("form-reply")?.saving).catch(() => {});
    const answer = await post(url, { ticket: here });
    const area = answer.html ? await write(answer) : null;
    refresh(here);
    offerUndo(answer, area, here);
    if (area && answer.send !== null && !answer.missing.length) send(answer.send);
  } catch (error) {
    toast(error.message);
  }
}

async function write(answer) {
  const area = await openComposer("reply");
  if (!area) return null;
  const text = area.editor.getDocument().toString();
  area.editor.recordUndoEntry("macro");
  if (text.trim()) area.editor.setSelectedRange([text.length - 1, text.length - 1]);
  area.editor.insertHTML(markMissing(answer.html));
  const field = document.querySelector('#form-reply [name="article_ids"]');
  field.value = [...new Set(field.value.split(",").filter(Boolean).concat(answer.article_ids.map(String)))].join(",");
  return area;
}

function send(status) {
  const form = document.getElementById("form-reply");
  const button = status && form.querySelector(`button[value="${status}"]`);
  (button || form.querySelector("[data-send]")).click();
}

function refresh(ticket) {
  const view = document.getElementById("inbox")?.dataset.view ?? "";
  window.htmx.ajax("GET", `/tickets/${ticket}?view=${encodeURIComponent(view)}`, { target: "#ticket-head", swap: "innerHTML" });
}

function offerUndo(answer, area, ticket) {
  const note = toast(answer.said);
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-sm";
  button.dataset.undoNow = "";
  button.textContent = answer.undo_text;
  button.addEventListener("click", async () => {
    note.remove();
    try {
      const undone = await post(answer.undo, {});
      if (area?.isConnected) area.editor.undo();
      if (document.getElementById("ticket")?.dataset.ticket === ticket) refresh(ticket);
      toast(undone.said);
    } catch (error) {
      toast(error.message);
    }
  }, { once: true });
  note.append(" ", button);
}
