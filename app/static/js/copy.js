// A button with data-copy="id" copies the value of that field; without scripts the button stays hidden.
for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      return; // The text stays selected for Ctrl+C.
    }
    button.lastElementChild.textContent = button.dataset.done;
  });
}
