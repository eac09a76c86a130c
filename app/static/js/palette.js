// The command palette (Ctrl+K): every action of this page, every view, page and recent ticket, found by typing.
// A combobox with a listbox: the focus stays in the field, arrow keys choose, Enter does it.

const dialog = document.getElementById("palette");
const field = dialog?.querySelector("input");
const list = dialog?.querySelector("[role=listbox]");
const words = dialog?.dataset ?? {};
const MOST_SHOWN = 60;
const MOST_SEEN = 15;
const OFFERED = [
  "[data-key]", "[data-command]", ".head-tools .menu-item", ".head-tools > a", ".head-tools > button", ".head-tools summary", ".page-head a.btn", ".page-head button",
  ".sheet-head a.btn", ".bulk button", ".bulk a", ".bulk summary", ".list-order .menu-item", ".composer-foot button", ".composer-foot summary", "[data-show-card]",
  ".suggest form button", ".message-foot a", ".message-foot button", ".letter-tools button", ".letter-tools a", "[data-show-shortcuts]", ".topbar form button.menu-item",
].join(",");
let offered = [];
let shown = [];
let chosen = 0;
let from = null;

const plain = (text) => text.toLowerCase().replaceAll("ё", "е").normalize("NFKD").replace(/\p{M}/gu, "");
const tidy = (text) => text.replace(/\s+/g, " ").trim();

// ---- What can be done on this page

const hidden = (element) => element.closest("[hidden], template, dialog, [inert], noscript") !== null || element.disabled || element.getAttribute("aria-hidden") === "true";

function nameOf(element) {
  if (element.dataset.command) return element.dataset.command;
  const label = element.getAttribute("aria-label");
  if (label) return tidy(label);
  const copy = element.cloneNode(true);
  for (const part of copy.querySelectorAll(".kbd, svg, .avatar, meter")) part.remove();
  for (const part of copy.querySelectorAll(".menu-aside")) part.prepend(" · ");
  const text = tidy(copy.textContent);
  return text || tidy((element.getAttribute("title") ?? "").replace(/\s*\([^()]*\)$/, ""));
}

function wholeName(element) {
  const name = nameOf(element);
  const suggestion = element.closest(".suggest")?.querySelector(".suggest-name");
  if (suggestion && !element.hasAttribute("aria-label")) return `${name}: ${tidy(suggestion.textContent)}`;
  const menu = element.closest("details.menu");
  const summary = menu?.querySelector("summary");
  if (!summary || summary === element || !element.closest(".head-tools, .bulk, .list-order")) return name;
  const of = (summary.dataset.command || nameOf(summary)).split(":")[0];
  return of && of !== name ? `${of}: ${name}` : name;
}

const keyOf = (element) => {
  const key = element.dataset.key ?? element.querySelector?.(":scope > .kbd")?.textContent ?? "";
  return /^\S{1,6}$/.test(key) ? key.replace(/^[A-Z]$/, "⇧$&").toUpperCase() : "";
};

const drawingOf = (element) => element.querySelector("svg.icon use")?.getAttribute("href")?.split("#")[1] ?? "";
// What is selected comes first, then the ticket, then the page, and last what every page has.
const farness = (element) => [".bulk", "#ticket", "main"].findIndex((place) => element.closest(place)) >>> 0;

function actions() {
  const found = new Map();
  const all = [...document.querySelectorAll(OFFERED)].filter((element) => !hidden(element) && element.matches("a, button, summary"));
  for (const element of all.sort((a, b) => farness(a) - farness(b))) {
    const text = wholeName(element);
    if (text && !found.has(text)) found.set(text, { group: words.action, text, key: keyOf(element), icon: drawingOf(element), element });
  }
  return [...found.values()];
}

function act(element) {
  const menu = element.tagName === "SUMMARY" ? element.parentElement : null;
  if (menu) {
    menu.open = true;
    (menu.querySelector("[data-focus]") ?? menu.querySelector(":scope > :not(summary) :is(input:not([type=hidden]), button, a, select, textarea)"))?.focus();
  } else {
    element.focus({ preventScroll: true });
    element.click();
  }
}

// ---- Recent tickets: their numbers stay in this browser, their subjects on the server

const seenKey = () => `seen:${document.body.dataset.agent}`;

function seen() {
  try {
    return JSON.parse(localStorage.getItem(seenKey()) ?? "[]").filter(Number.isInteger);
  } catch {
    return [];
  }
}

function noteTicket() {
  const number = Number(document.querySelector("#ticket[data-ticket]")?.dataset.ticket);
  if (number) localStorage.setItem(seenKey(), JSON.stringify([number, ...seen().filter((one) => one !== number)].slice(0, MOST_SEEN)));
}

// ---- Finding

function score(one, asked) {
  const text = plain(`${one.text} ${one.group}`);
  let total = 0;
  for (const word of asked) {
    const at = text.search(new RegExp(`(^|[^\\p{L}\\p{N}])${word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}`, "u"));
    if (at < 0 && !text.includes(word)) return null;
    total += at < 0 ? 200 : at;
  }
  return total;
}

function find(text) {
  const asked = plain(text).split(" ").filter(Boolean);
  const number = text.trim().match(/^#?(\d{1,18})$/)?.[1];
  const ranked = offered.map((one, index) => ({ one, index, score: score(one, asked) })).filter((item) => item.score !== null);
  if (asked.length) ranked.sort((a, b) => a.score - b.score || a.index - b.index);
  const found = ranked.slice(0, MOST_SHOWN).map((item) => item.one);
  if (number) found.unshift({ group: "", text: words.open.replace("{number}", `#${number}`), icon: "envelope", url: words.ticket.replace(/0(?=$|\?)/, number) });
  if (text.trim()) found.push({ group: "", text: words.find.replace("{text}", text.trim()), icon: "search", url: `${words.searched}?q=${encodeURIComponent(text.trim())}` });
  return found;
}

function draw() {
  shown = find(field.value);
  list.replaceChildren(...shown.map(option));
  if (!shown.length) {
    const none = document.createElement("li");
    none.className = "palette-none";
    none.setAttribute("role", "presentation");
    none.textContent = words.none;
    list.append(none);
  }
  dialog.querySelector("[data-palette-count]").textContent = words.found.replace("{n}", shown.length);
  choose(0);
}

function option(one, index) {
  const line = document.createElement("li");
  Object.assign(line, { id: `palette-${index}`, className: "palette-option" });
  line.setAttribute("role", "option");
  if (one.icon) {
    const icon = dialog.querySelector(".palette-field > .icon").cloneNode(true);
    icon.querySelector("use").setAttribute("href", `${words.icons}#${one.icon}`);
    line.append(icon);
  } else line.append(Object.assign(document.createElement("span"), { className: "palette-dot" }));
  const text = Object.assign(document.createElement("bdi"), { className: "truncate", textContent: one.text });
  const group = Object.assign(document.createElement("span"), { className: "palette-group", textContent: one.group });
  line.append(text, group);
  if (one.key) line.append(Object.assign(document.createElement("span"), { className: "kbd", textContent: one.key }));
  return line;
}

function choose(index) {
  chosen = Math.min(Math.max(index, 0), Math.max(shown.length - 1, 0));
  for (const [at, line] of [...list.querySelectorAll("[role=option]")].entries()) line.setAttribute("aria-selected", String(at === chosen));
  const line = list.querySelector('[aria-selected="true"]');
  if (line) field.setAttribute("aria-activedescendant", line.id);
  else field.removeAttribute("aria-activedescendant");
  line?.scrollIntoView({ block: "nearest" });
}

function run(index) {
  const one = shown[index];
  if (!one) return;
  from = null;
  dialog.close();
  // What arrived meanwhile may have drawn this part of the page anew: the same action stands there again.
  const element = one.element?.isConnected === false ? actions().find((other) => other.text === one.text)?.element : one.element;
  if (element) act(element);
  else if (one.url) location.assign(one.url);
}

// ---- Opening

export async function openPalette() {
  if (!dialog || dialog.open) return;
  from = document.activeElement;
  offered = actions();
  field.value = "";
  dialog.showModal();
  draw();
  try {
    const answer = await fetch(`${words.from}?seen=${seen().join(",")}`, { headers: { Accept: "application/json" }, credentials: "same-origin" });
    if (!answer.ok) return;
    offered = [...offered, ...(await answer.json()).offered];
    const kept = chosen;
    draw();
    choose(kept);
  } catch {
    // Without a line the actions of the page are still there.
  }
}

if (dialog) {
  field.addEventListener("input", draw);
  field.addEventListener("keydown", (event) => {
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };
    if (event.code in steps) choose(chosen + steps[event.code]);
    else if (event.code === "Enter" || event.code === "NumpadEnter") run(chosen);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  list.addEventListener("click", (event) => {
    const line = event.target.closest("[role=option]");
    if (line) run(Number(line.id.replace("palette-", "")));
  });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => from?.focus?.({ preventScroll: true }));
  for (const button of document.querySelectorAll("[data-show-palette]")) button.hidden = false;
  document.addEventListener("click", (event) => event.target.closest("[data-show-palette]") && openPalette());
  // Before the editor sees it: there Ctrl+K makes a link of what is selected, and opens this where nothing is.
  document.addEventListener("keydown", (event) => {
    if (event.code !== "KeyK" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    if (event.target.closest?.("trix-editor") && !getSelection().isCollapsed) return;
    event.preventDefault();
    event.stopPropagation();
    if (dialog.open) dialog.close();
    else openPalette();
  }, true);
  document.addEventListener("htmx:load", (event) => event.detail.elt.id === "ticket" && noteTicket());
  noteTicket();
}
