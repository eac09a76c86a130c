// The numbers of saved views come a moment after the page, and again when something changed, but not all the time.

const inbox = document.getElementById("inbox");
const EVERY = 15000;
let asked = 0;

async function ask() {
  if (!inbox?.dataset.savedNumbers || document.hidden || Date.now() - asked < EVERY) return;
  asked = Date.now();
  const response = await fetch(inbox.dataset.savedNumbers, { headers: { Accept: "application/json" }, credentials: "same-origin" }).catch(() => null);
  if (!response?.ok) return;
  const numbers = await response.json();
  for (const place of document.querySelectorAll('[data-count^="saved-"]')) place.textContent = String(numbers[place.dataset.count] || "");
}

document.addEventListener("app:rows", ask);
ask();
