// Choosing messages to move: "this and all after it", and a ticket by a word of its subject.

const boxes = [...document.querySelectorAll("[data-split] input[type=checkbox]")];

for (const button of document.querySelectorAll("[data-split-from]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const own = button.closest("li").querySelector("input");
    const at = boxes.indexOf(own);
    boxes.forEach((box, number) => {
      box.checked = number >= at;
    });
    own.focus();
  });
}

const field = document.querySelector("[data-find-ticket]");
const list = document.getElementById("tickets-found");
const choose = (name) => {
  const radio = document.querySelector(`input[name=where][value="${name}"]`);
  if (radio) radio.checked = true;
};
let asked = "";
let timer = 0;

async function find() {
  const text = field.value.trim();
  if (text === asked || text.length < 2 || /^#?\d+$/.test(text)) return;
  asked = text;
  const response = await fetch(`${field.dataset.findTicket}?q=${encodeURIComponent(text)}`, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!response?.ok || field.value.trim() !== text) return;
  const { tickets } = await response.json();
  list.replaceChildren(...tickets.map((one) => Object.assign(document.createElement("option"), { value: `#${one.id}`, label: `${one.subject} · ${one.customer}` })));
}

field?.addEventListener("input", () => {
  choose("number");
  clearTimeout(timer);
  timer = setTimeout(find, 250);
});
document.getElementById("subject")?.addEventListener("input", () => choose("new"));
