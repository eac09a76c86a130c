// A letter's frame cannot tell its height (it may run nothing), so the reader can make it taller.

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-expand-letter]");
  if (!button) return;
  const tall = button.closest(".message-body").querySelector(".letter").classList.toggle("is-tall");
  button.setAttribute("aria-pressed", String(tall));
});
