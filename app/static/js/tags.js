// While tags are typed, known ones are offered: the browser's own list, each entry with what stands before it.

let timer = 0;

async function offer(field) {
  const typed = field.value;
  const parts = typed.split(",");
  const word = parts.pop().trim();
  const before = parts.map((part) => part.trim()).filter(Boolean);
  const list = document.getElementById(field.getAttribute("list"));
  if (!list) return;
  if (!word) return list.replaceChildren();
  const response = await fetch(`${field.dataset.tags}?q=${encodeURIComponent(word)}`, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!response?.ok || field.value !== typed) return;
  const { tags } = await response.json();
  const fresh = tags.filter((tag) => !before.includes(tag));
  list.replaceChildren(...fresh.map((tag) => Object.assign(document.createElement("option"), { value: [...before, tag].join(", "), label: tag })));
}

document.addEventListener("input", (event) => {
  if (!event.target.matches?.("[data-tags]")) return;
  clearTimeout(timer);
  timer = setTimeout(() => offer(event.target), 150);
});
