// The button that opens the browser's own print dialog; choices apply at once.

const button = document.querySelector("[data-print]");
button.hidden = false;
button.addEventListener("click", () => print());
for (const box of document.querySelectorAll(".print-bar input[type=checkbox]")) box.addEventListener("change", () => box.form.requestSubmit());
