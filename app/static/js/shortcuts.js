// Keys, by the place of the key (event.code), so that they work in any layout. They rest while somebody types and
// when the agent has switched them off. Each key presses a button or a link that is on the page anyway.

import { isTyping } from "./http.js";

const on = () => document.body.dataset.shortcuts === "on";
const press = (selector) => {
  const element = [...document.querySelectorAll(selector)].find((one) => one.checkVisibility?.() ?? one.offsetParent !== null) ?? document.querySelector(selector);
  element?.click();
  return Boolean(element);
};
const inTicket = (key) => press(`#ticket [data-key="${key}"]`);
const rows = () => [...document.querySelectorAll("#rows .row > a")];

function move(step) {
  const all = rows();
  if (!all.length) return false;
  const focused = all.indexOf(document.activeElement?.closest?.(".row > a"));
  const at = focused >= 0 ? focused : all.findIndex((link) => link.getAttribute("aria-current") === "true");
  const next = all[at < 0 ? 0 : Math.min(Math.max(at + step, 0), all.length - 1)];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
  if (document.querySelector("#ticket[data-ticket]") && innerWidth >= 800 && next !== all[at]) next.click();
  return true;
}

function back() {
  const link = document.querySelector(".head-back");
  if (!link) return false;
  const current = document.querySelector('#rows .row > a[aria-current="true"]');
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

const insert = (number) => press(`#suggestions form[data-insert="${number}"] button`);
const keys = {
  KeyJ: () => move(1), KeyK: () => move(-1), KeyU: back, KeyR: () => inTicket("r"), KeyA: () => inTicket("a"),
  KeyN: () => inTicket("n"), KeyE: () => inTicket("e"), KeyI: () => inTicket("i"), KeyT: () => inTicket("t"), KeyM: () => inTicket("m"),
  KeyZ: () => press("#toasts [data-undo-now]"), Slash: search,
  Digit1: () => insert(1), Digit2: () => insert(2), Digit3: () => insert(3),
};

function send(event) {
  const form = event.target.closest?.(".composer-form");
  if (!form) return;
  event.preventDefault();
  form.querySelector("[data-send]").click();
}

document.addEventListener("keydown", (event) => {
  if (event.code === "Enter" && (event.ctrlKey || event.metaKey)) return send(event);
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || !on()) return;
  const typing = isTyping(event.target);
  if (typing && event.code === "Escape") return event.target.blur();
  if (typing && event.altKey && /^Digit[123]$/.test(event.code)) return insert(event.code.at(-1)) && event.preventDefault();
  if (typing || event.altKey) return;
  if (event.key === "?" || (event.code === "Slash" && event.shiftKey)) return showTable() && event.preventDefault();
  if (document.querySelector("dialog[open]") || event.shiftKey) return;
  if (keys[event.code]?.()) event.preventDefault();
});
