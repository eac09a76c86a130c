// Menus are <details class="menu">: they work by themselves; here they learn to close again.

import { toast } from "./http.js";

document.documentElement.classList.add("has-script");

const closeAll = (except) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!except || !menu.contains(except)) menu.open = false;
};

document.addEventListener("click", (event) => {
  const dismissed = event.target.closest("[data-dismiss]");
  if (dismissed) dismissed.closest("[data-toast]")?.remove();
  if (event.target.closest("[data-show-shortcuts]")) {
    closeAll();
    document.getElementById("shortcuts").showModal();
  } else closeAll(event.target);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// Arrow keys go through the entries of an open menu.
document.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const menu = step && document.querySelector("details.menu[open]");
  if (!menu || !menu.contains(event.target) || event.target.closest("input, select, textarea")) return;
  const items = [...menu.querySelectorAll(".menu-item")].filter((item) => item.checkVisibility?.() ?? true);
  if (!items.length) return;
  event.preventDefault();
  const at = items.indexOf(event.target.closest(".menu-item"));
  items[(at + step + items.length + (at < 0 && step < 0 ? 1 : 0)) % items.length].focus();
}, true);

document.addEventListener("toggle", (event) => {
  const menu = event.target;
  if (!(menu instanceof HTMLDetailsElement) || !menu.matches(".menu") || !menu.open) return;
  const field = menu.querySelector("[data-focus]");
  if (field) {
    field.focus();
    field.setSelectionRange?.(field.value.length, field.value.length);
  }
  const list = menu.querySelector(".menu-list");
  list?.classList.remove("menu-shifted");
}, true);

// A menu whose entry was chosen closes; what was only fetched into a menu leaves it, and every other one, open.
document.addEventListener("htmx:afterSwap", (event) => {
  const chosen = event.detail.requestConfig?.elt?.closest?.("details.menu");
  if (chosen && !chosen.contains(event.detail.target)) chosen.open = false;
  const fetched = event.detail.target?.closest?.("details.menu[open] .menu-list");
  fetched?.querySelector("[data-focus], [aria-invalid=true]")?.focus();
});

// What was pressed without a connection did nothing, and says so once.
document.addEventListener("htmx:sendError", () => {
  const place = document.getElementById("toasts");
  if (place?.dataset.unsent && !place.querySelector("[data-not-sent]")) toast(place.dataset.unsent).dataset.notSent = "";
});
