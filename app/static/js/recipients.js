// To, Cc and Bcc: people we know are offered while one types; what is no address is said at once, at the field.

const SOON = 150;
const PART = /(?:"[^"\n]*"|<[^>\n]*>|[^,;\n])+/g;
const ADDRESS = /^(?:[^<>]*<)?[^\s<>@,;]+@[^\s<>@,;]+\.?[^\s<>@,;]*>?$/;
let list = null;
let field = null;
let timer = null;
let chosen = -1;

const options = () => [...(list?.querySelectorAll("[role=option]") ?? [])];

function close() {
  clearTimeout(timer);
  list?.remove();
  list = null;
  chosen = -1;
  field?.removeAttribute("aria-activedescendant");
  field?.setAttribute("aria-expanded", "false");
}

// The address the caret is in: between commas or semicolons, where a name in quotes keeps its own.
function partAt(input) {
  const caret = input.selectionStart ?? input.value.length;
  for (const match of input.value.matchAll(PART)) {
    if (match.index <= caret && caret <= match.index + match[0].length) return { from: match.index, to: match.index + match[0].length, text: match[0].trim() };
  }
  return { from: caret, to: caret, text: "" };
}

async function offer(input) {
  const { text } = partAt(input);
  if (text.length < 2 || text.includes("<")) return close();
  try {
    const response = await fetch(`${input.dataset.people}?${new URLSearchParams({ q: text })}`, { headers: { Accept: "application/json" }, credentials: "same-origin" });
    if (!response.ok || document.activeElement !== input) return close();
    const people = (await response.json()).filter((one) => !input.value.toLowerCase().includes(`<${one.email}>`));
    if (partAt(input).text === text) show(input, people);
  } catch {
    close();
  }
}

function show(input, people) {
  close();
  if (!people.length) return;
  field = input;
  list = document.createElement("ul");
  list.className = "people-list";
  list.id = `${input.id}-people`;
  list.setAttribute("role", "listbox");
  people.forEach((one, index) => {
    const item = document.createElement("li");
    item.id = `${list.id}-${index}`;
    item.setAttribute("role", "option");
    const name = document.createElement("strong");
    name.textContent = one.name || one.email;
    const email = document.createElement("span");
    email.textContent = one.name ? one.email : "";
    item.append(name, email);
    item.addEventListener("mousedown", (event) => {
      event.preventDefault();
      take(one);
    });
    item.person = one;
    list.append(item);
  });
  input.closest(".address-line").append(list);
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "true");
  choose(0);
}

function choose(index) {
  const all = options();
  chosen = (index + all.length) % all.length;
  all.forEach((one, at) => one.setAttribute("aria-selected", String(at === chosen)));
  field.setAttribute("aria-activedescendant", all[chosen].id);
}

const SIGNS = /[,;:<>()@[\]\\"]/;
const spelled = ({ name, email }) => {
  if (!name) return email;
  const plain = name.replaceAll('"', "");
  return SIGNS.test(plain) ? `"${plain}" <${email}>` : `${plain} <${email}>`;
};

function take(person) {
  const input = field;
  const { from, to } = partAt(input);
  const before = input.value.slice(0, from) + (from && !/\s$/.test(input.value.slice(0, from)) ? " " : "");
  const text = `${before}${spelled(person)}, `;
  input.value = text + input.value.slice(to).replace(/^[,;\s]+/, "");
  input.setSelectionRange(text.length, text.length);
  close();
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

// Said when the field is left, not while one is still at it; the server looks again.
function check(input) {
  const bad = (input.value.match(PART) ?? []).map((part) => part.trim()).filter((part) => part && !ADDRESS.test(part));
  const line = input.closest(".address-line");
  const known = line.nextElementSibling?.matches("[data-said-here]") ? line.nextElementSibling : null;
  known?.remove();
  if (!bad.length) {
    if (known) input.removeAttribute("aria-invalid");
    return;
  }
  const note = document.createElement("p");
  note.className = "field-error";
  note.dataset.saidHere = "";
  note.id = `${input.id}-said`;
  note.textContent = `${input.form.querySelector("[data-save-state]").dataset.badAddress} ${bad.join(", ")}`;
  line.after(note);
  input.setAttribute("aria-invalid", "true");
  input.setAttribute("aria-describedby", note.id);
}

document.addEventListener("input", (event) => {
  if (!event.target.matches?.("[data-people]")) return;
  clearTimeout(timer);
  const input = event.target;
  timer = setTimeout(() => offer(input), SOON);
});
document.addEventListener("focusout", (event) => {
  if (!event.target.matches?.("[data-people]")) return;
  close();
  event.target.value = event.target.value.replace(/[,;\s]+$/, "");
  check(event.target);
});
document.addEventListener("keydown", (event) => {
  if (!list || event.target !== field) return;
  if (event.code === "ArrowDown") choose(chosen + 1);
  else if (event.code === "ArrowUp") choose(chosen - 1);
  else if ((event.code === "Enter" && !event.ctrlKey && !event.metaKey) || event.code === "Tab") take(options()[chosen].person);
  else if (event.code === "Escape") close();
  else return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);
// A line break in an address field must not send the letter.
document.addEventListener("keydown", (event) => {
  if (event.code === "Enter" && !event.ctrlKey && !event.metaKey && event.target.matches?.("[data-people], .address-line input")) event.preventDefault();
});
