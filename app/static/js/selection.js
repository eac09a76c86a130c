// Which tickets of the list are selected: boxes, ranges with Shift, the whole page, the whole view. What is selected
// are the boxes themselves; everything else here follows from them.

import { isTyping } from "./http.js";

const bar = document.getElementById("bulk");
const list = () => document.getElementById("rows");
const boxes = () => [...(list()?.querySelectorAll("[data-pick]") ?? [])];
const picked = () => boxes().filter((box) => box.checked);
let anchor = "";

const wholeView = () => bar.elements.namedItem("all").value === "view";

export function selectNone() {
  for (const box of boxes()) box.checked = false;
  anchor = "";
  update();
}

function update({ keepView = false } = {}) {
  if (!bar) return;
  const all = boxes();
  const number = picked().length;
  if (!keepView || number < all.length) bar.elements.namedItem("all").value = "";
  bar.hidden = number === 0;
  document.getElementById("inbox").classList.toggle("is-picking", number > 0);
  for (const box of all) box.closest(".row").classList.toggle("is-picked", box.checked);
  document.getElementById("bulk-count").textContent = wholeView() ? bar.dataset.whole : bar.dataset.one.replace("{n}", number);
  const whole = document.querySelector("[data-pick-all]");
  if (whole) {
    whole.checked = number > 0 && number === all.length;
    whole.indeterminate = number > 0 && number < all.length;
  }
  const offer = document.getElementById("pick-more");
  if (offer) offer.hidden = number === 0 || number < all.length || wholeView();
}

// From the box that was ticked last to this one, as this one is now.
function range(box) {
  const all = boxes();
  const from = all.findIndex((one) => one.value === anchor);
  const to = all.indexOf(box);
  if (from < 0) return;
  for (const one of all.slice(Math.min(from, to), Math.max(from, to) + 1)) one.checked = box.checked;
}

document.addEventListener("click", (event) => {
  const box = event.target.closest("[data-pick]");
  if (box) {
    if (event.shiftKey) {
      // A range only grows: the box under the pointer may have been in it before.
      box.checked = true;
      range(box);
    }
    anchor = box.value;
    // At once for whoever types fast, and again when the browser has made up its mind about the box.
    update();
    setTimeout(update);
    return;
  }
  if (event.target.closest("[data-pick-none]")) selectNone();
  if (event.target.closest("[data-pick-view]")) {
    bar.elements.namedItem("all").value = "view";
    update({ keepView: true });
    bar.querySelector("button").focus();
  }
});

document.addEventListener("mousedown", (event) => {
  // Otherwise Shift would mark the words between two boxes.
  if (event.shiftKey && event.target.closest(".pick")) event.preventDefault();
});

document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-pick-all]")) return;
  for (const box of boxes()) box.checked = event.target.checked;
  update();
});

// A key for an action, with the focus on a ticket of the list and none open, is meant for that ticket.
const ACTS = new Set(["KeyE", "KeyI", "KeyT", "KeyS", "KeyH", "KeyM"]);

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || document.body.dataset.shortcuts !== "on") return;
  if (document.querySelector("dialog[open]")) return;
  if (event.code === "Escape" && !document.querySelector("details.menu[open]") && picked().length) selectNone();
  if (!ACTS.has(event.code) || picked().length || document.querySelector("#ticket[data-ticket]")) return;
  const box = document.activeElement?.closest("#rows .row")?.querySelector("[data-pick]");
  if (!box) return;
  box.checked = true;
  update();
}, true);

document.addEventListener("app:rows", () => update({ keepView: true }));
document.addEventListener("htmx:afterSettle", () => update({ keepView: true }));
addEventListener("pageshow", () => update());
update();
