// What somebody has just done to a ticket can be taken back: a note at the edge of the screen that outlives a change of
// ticket. The button in the ticket's head does the same, without scripts and for longer.

const SECONDS = 12;
const shown = new Set();

function offer(form) {
  const { did } = form.dataset;
  const left = SECONDS * 1000 - (Date.now() - Date.parse(form.dataset.didAt));
  if (shown.has(did)) return;
  shown.add(did);
  if (!(left > 0)) return;
  const note = document.createElement("div");
  note.className = "toast-note";
  const text = document.createElement("span");
  text.textContent = form.dataset.didText;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-sm";
  button.dataset.undoNow = "";
  button.textContent = form.dataset.didButton;
  note.append(text, button);
  const url = form.getAttribute("action");
  const takeBack = () => {
    note.remove();
    const token = document.querySelector('meta[name="csrf-token"]').content;
    const view = document.getElementById("inbox")?.dataset.view ?? "";
    window.htmx.ajax("POST", url, { target: "#ticket", swap: "outerHTML show:none", values: { csrf_token: token, view } });
  };
  button.addEventListener("click", takeBack);
  for (const earlier of document.querySelectorAll("#toasts [data-did-note]")) earlier.remove();
  note.dataset.didNote = did;
  document.getElementById("toasts").append(note);
  setTimeout(() => note.remove(), left);
}

// Whoever uses the button in the head needs the note no more.
document.addEventListener("submit", (event) => {
  const did = event.target.dataset?.did;
  if (did) document.querySelector(`#toasts [data-did-note="${did}"]`)?.remove();
}, true);

const look = () => document.querySelectorAll("form[data-did]").forEach(offer);
document.addEventListener("htmx:afterSettle", look);
look();
