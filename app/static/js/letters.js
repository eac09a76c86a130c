// A letter's frame cannot tell its height (it may run nothing), so the reader can make it taller. A text file opens
// in place.

async function preview(link) {
  const place = document.getElementById(link.getAttribute("aria-controls"));
  if (!place.firstChild) {
    const answer = await fetch(link.dataset.preview, { headers: { "HX-Request": "true" }, credentials: "same-origin" });
    if (!answer.ok) return location.assign(link.href);
    place.innerHTML = await answer.text();
  }
  place.hidden = !place.hidden;
  link.setAttribute("aria-expanded", String(!place.hidden));
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-preview]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  preview(link).catch(() => location.assign(link.href));
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-expand-letter]");
  if (!button) return;
  const tall = button.closest(".message-body").querySelector(".letter").classList.toggle("is-tall");
  button.setAttribute("aria-pressed", String(tall));
});
