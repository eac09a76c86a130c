// Keys, by the place of the key (event.code), so that they work in any layout. They rest while somebody types and
// when the agent has switched them off. A key presses a button or a link that is on the page anyway: the element with
// data-key="e" for E, data-key="I" for Shift+I. With tickets selected, those of the selection come first.

import { isTyping } from "./http.js";

const on = () => document.body.dataset.shortcuts === "on";
const isShown = (element) => element.checkVisibility?.() ?? element.offsetParent !== null;
const ordered = (selector) => [...document.querySelectorAll(selector)].sort((a, b) => isShown(b) - isShown(a));

// What lies in a closed menu is pressed all the same; a menu itself opens, with its first field or entry in focus.
function press(selector) {
  const element = ordered(selector).find((one) => !one.closest("[hidden], dialog:not([open]), template") && !one.disabled);
  if (!element) return false;
  const menu = element.tagName === "SUMMARY" ? element.parentElement : null;
  element.click();
  if (menu?.open) (menu.querySelector("[data-focus]") ?? menu.querySelector(":scope > :not(summary) :is(input:not([type=hidden]), button, a, select)"))?.focus();
  return true;
}

const byKey = (key) => [`.bulk:not([hidden]) [data-key="${key}"]`, `#ticket [data-key="${key}"]`, `[data-key="${key}"]`].some(press);
const rows = () => [...document.querySelectorAll("#rows .row > a")];

function atRow(all) {
  const focused = all.indexOf(document.activeElement?.closest?.(".row")?.querySelector(":scope > a"));
  return focused >= 0 ? focused : all.findIndex((link) => link.getAttribute("aria-current") === "true");
}

function move(step) {
  const all = rows();
  if (!all.length) return false;
  const at = atRow(all);
  const next = all[at < 0 ? 0 : Math.min(Math.max(at + step, 0), all.length - 1)];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
  if (document.querySelector("#ticket[data-ticket]") && innerWidth >= 800 && next !== all[at]) next.click();
  return true;
}

// Elsewhere arrow keys scroll what is being read.
const arrow = (step) => (document.activeElement === document.body || document.activeElement?.closest("#rows")) && !document.querySelector("details.menu[open]") && move(step);

// The box decides what a range is: it sees a click with Shift held, as from a mouse.
function select(shiftKey) {
  const all = rows();
  const row = all[Math.max(atRow(all), 0)]?.closest(".row");
  const box = row?.querySelector("input[type=checkbox]");
  if (!box) return false;
  box.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, shiftKey }));
  row.querySelector(":scope > a").focus();
  return true;
}

function back() {
  const link = document.querySelector(".head-back");
  if (!link) return press('[data-key="u"]');
  // What was closed is gone from the list: then the one that waits longest is next.
  const current = document.querySelector('#rows .row > a[aria-current="true"]') ?? rows()[0];
  if (innerWidth >= 800 && current) current.focus();
  else link.click();
  return true;
}

function search() {
  const field = document.querySelector("[data-search]");
  field?.focus();
  field?.select();
  return Boolean(field);
}

function showTable() {
  const dialog = document.getElementById("shortcuts");
  if (dialog.open) dialog.close();
  else dialog.showModal();
  return true;
}

const undo = () => press("#toasts .toast-note:last-child [data-undo-now]") || press("#toasts [data-undo-now]") || byKey("z");
const insert = (number) => press(`#suggestions form[data-insert="${number}"] button`);
// Opens the answer in its place, or closes it again.
function preview(number) {
  const summary = document.querySelectorAll("#suggestions .suggest summary")[number - 1];
  if (!summary || !isShown(summary)) return false;
  summary.click();
  if (!isTyping(document.activeElement)) summary.focus({ preventScroll: true });
  summary.scrollIntoView({ block: "nearest" });
  return true;
}

const keys = {
  KeyJ: () => move(1), KeyK: () => move(-1), ArrowDown: () => arrow(1), ArrowUp: () => arrow(-1), KeyU: back, KeyX: () => select(false), KeyZ: undo,
  Slash: search, Digit1: () => insert(1), Digit2: () => insert(2), Digit3: () => insert(3),
};
const shifted = { KeyX: () => select(true), Digit1: () => preview(1), Digit2: () => preview(2), Digit3: () => preview(3) };

function send(event) {
  const form = event.target.closest?.(".composer-form");
  if (!form) return;
  event.preventDefault();
  form.querySelector("[data-send]").click();
}

function pressed(event) {
  if (event.code === "Slash" && event.shiftKey) return showTable();
  const own = (event.shiftKey ? shifted : keys)[event.code];
  if (own) return own();
  const letter = event.code.match(/^Key([A-Z])$/)?.[1];
  return Boolean(letter) && byKey(event.shiftKey ? letter : letter.toLowerCase());
}

document.addEventListener("keydown", (event) => {
  if (event.code === "Enter" && (event.ctrlKey || event.metaKey)) return send(event);
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || !on()) return;
  const typing = isTyping(event.target);
  if (typing && event.code === "Escape") return event.target.blur();
  if (typing && event.altKey && /^Digit[123]$/.test(event.code)) return (event.shiftKey ? preview : insert)(event.code.at(-1)) && event.preventDefault();
  if (typing || event.altKey || event.repeat && !/^(Arrow|Key[JK])/.test(event.code)) return;
  if (event.key === "?" ) return showTable() && event.preventDefault();
  if (document.querySelector("dialog[open]")) return;
  if (pressed(event)) event.preventDefault();
});
