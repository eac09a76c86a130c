// Recent searches under the search field: they open with it, arrow keys walk through them, Escape closes them.

const field = document.querySelector("[data-search]");
const place = document.getElementById("search-recent");

async function open() {
  if (!place.hidden || field.value) return;
  try {
    const answer = await fetch(place.dataset.from, { headers: { "HX-Request": "true" }, credentials: "same-origin" });
    if (!answer.ok || document.activeElement !== field) return;
    place.innerHTML = await answer.text();
  } catch {
    return; // Without a line there is nothing to offer.
  }
  window.htmx?.process(place);
  if (place.querySelector("a")) show(true);
}

function show(yes) {
  place.hidden = !yes;
  field.setAttribute("aria-expanded", String(yes));
}

function walk(step) {
  const stops = [field, ...place.querySelectorAll("a")];
  const at = stops.indexOf(document.activeElement);
  stops[Math.min(Math.max(at + step, 0), stops.length - 1)]?.focus();
}

if (field && place) {
  field.setAttribute("aria-controls", place.id);
  field.addEventListener("focus", open);
  field.addEventListener("input", () => (field.value ? show(false) : open()));
  field.form.addEventListener("focusout", (event) => field.form.contains(event.relatedTarget) || place.contains(event.relatedTarget) || show(false));
  place.addEventListener("focusout", (event) => field.form.contains(event.relatedTarget) || place.contains(event.relatedTarget) || show(false));
  place.addEventListener("htmx:afterSwap", () => place.querySelector("a") || show(false));
  // A click on the padding must not close the list before it is counted.
  place.addEventListener("mousedown", (event) => event.target.closest("a, button") || event.preventDefault());
  for (const one of [field, place]) one.addEventListener("keydown", (event) => {
    if (place.hidden) return;
    if (event.code === "Escape") {
      show(false);
      field.focus();
    } else if (event.code === "ArrowDown") walk(1);
    else if (event.code === "ArrowUp") walk(-1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
}
