// "@" in a note offers colleagues and teams: typed further, chosen with the arrows and Enter, Tab or a click.

let names = null;
let list = null;
let offered = [];
let at = 0;
let span = null;

const load = () => (names ??= fetch(document.getElementById("inbox").dataset.mentions, { headers: { Accept: "application/json" }, credentials: "same-origin" })
  .then((response) => (response.ok ? response.json() : []))
  .catch(() => {
    names = null;
    return [];
  }));

const fold = (text) => text.toLocaleLowerCase();
const fits = (one, typed) => fold(one.text).startsWith(typed) || fold(one.text).split(/\s+/).some((word) => word.startsWith(typed)) || fold(one.hint).startsWith(typed);

function typedBefore(area) {
  const [from, to] = area.editor.getSelectedRange();
  if (from !== to) return null;
  const before = area.editor.getDocument().toString().slice(Math.max(0, from - 60), from);
  const found = /(?:^|[\s(])@([\p{L}\p{N}._'’-]*(?: [\p{L}\p{N}._'’-]*)?)$/u.exec(before);
  return found ? { typed: fold(found[1]), from: from - found[1].length - 1, to } : null;
}

async function look(area) {
  const typed = typedBefore(area);
  if (!typed) return close(area);
  const all = await load();
  const now = typedBefore(area);
  if (!now || document.activeElement !== area) return close(area);
  offered = all.filter((one) => fits(one, now.typed)).slice(0, 8);
  // A whole name that has been typed to its end needs no list in the way.
  if (!offered.length || offered.some((one) => fold(one.text) === now.typed)) return close(area);
  span = now;
  at = 0;
  open(area);
}

function open(area) {
  if (!list) {
    list = document.createElement("ul");
    list.id = "mention-list";
    list.className = "mention-list";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", document.getElementById("inbox").dataset.mentionsLabel);
    list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      const chosen = event.target.closest("[data-number]");
      if (chosen) choose(list.area, Number(chosen.dataset.number));
    });
  }
  list.area = area;
  list.replaceChildren(...offered.map(option));
  area.closest(".composer-editor").append(list);
  const caret = area.editor.getClientRectAtPosition(span.from);
  const frame = list.offsetParent?.getBoundingClientRect();
  if (caret && frame) {
    list.style.setProperty("left", `${Math.max(0, Math.min(caret.left - frame.left, frame.width - list.offsetWidth))}px`);
    list.style.setProperty("top", `${caret.top - frame.top - list.offsetHeight - 4}px`);
  }
  area.setAttribute("aria-controls", "mention-list");
  show(area);
}

function option(one, number) {
  const made = document.createElement("li");
  made.id = `mention-${number}`;
  made.dataset.number = number;
  made.setAttribute("role", "option");
  const name = document.createElement("bdi");
  name.textContent = one.text;
  const hint = document.createElement("span");
  hint.className = "quiet small truncate";
  hint.textContent = one.hint;
  made.append(name, hint);
  return made;
}

function show(area) {
  for (const [number, item] of [...list.children].entries()) item.setAttribute("aria-selected", String(number === at));
  area.setAttribute("aria-activedescendant", `mention-${at}`);
}

function close(area) {
  if (!list?.isConnected) return;
  list.remove();
  area.removeAttribute("aria-activedescendant");
  area.removeAttribute("aria-controls");
}

function choose(area, number) {
  const chosen = offered[number];
  area.editor.setSelectedRange([span.from, span.to]);
  area.editor.insertString(`@${chosen.text} `);
  close(area);
}

const steps = { ArrowDown: 1, ArrowUp: -1 };

document.addEventListener("keydown", (event) => {
  if (!list?.isConnected || event.target !== list.area || event.ctrlKey || event.metaKey) return;
  const area = list.area;
  if (event.code in steps) {
    at = (at + steps[event.code] + offered.length) % offered.length;
    show(area);
  } else if (event.code === "Enter" || event.code === "Tab") choose(area, at);
  else if (event.code === "Escape") close(area);
  else return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);

const isNote = (target) => target.matches?.("#form-note trix-editor");
document.addEventListener("trix-selection-change", (event) => isNote(event.target) && look(event.target));
document.addEventListener("trix-change", (event) => isNote(event.target) && look(event.target));
document.addEventListener("trix-blur", (event) => isNote(event.target) && close(event.target));
