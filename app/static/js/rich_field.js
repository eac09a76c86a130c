// A field of words with looks: the editor of letters in place of the plain field, which stays where no script runs.

import "./paste.js";
import "./settle.js";

async function make(field) {
  const plain = field.querySelector("textarea");
  const input = field.querySelector('input[type="hidden"]');
  const place = field.querySelector("[data-rich-place]");
  const label = field.querySelector("label");
  const begun = plain.value;
  await import("../vendor/trix.min.js");
  // Whoever has begun to type in the plain field goes on there.
  if (plain.value !== begun) return;
  const toolbar = document.createElement("trix-toolbar");
  toolbar.id = `${plain.id}-toolbar`;
  toolbar.append(document.getElementById("toolbar").content.cloneNode(true));
  for (const one of toolbar.querySelectorAll("input")) one.disabled = true;
  const area = document.createElement("trix-editor");
  for (const name of ["aria-invalid", "aria-describedby"]) if (plain.hasAttribute(name)) area.setAttribute(name, plain.getAttribute(name));
  for (const [name, value] of Object.entries({ input: input.id, toolbar: toolbar.id, "aria-label": label.textContent, class: "letter-text" })) area.setAttribute(name, value);
  const focused = document.activeElement === plain;
  input.disabled = false;
  plain.removeAttribute("name");
  plain.hidden = true;
  label.addEventListener("click", () => area.focus());
  place.append(toolbar, area);
  place.classList.add("form-control");
  if (focused) area.focus();
}

// Pictures hang on letters; here there is no letter yet.
document.addEventListener("trix-file-accept", (event) => event.target.closest("[data-rich]") && event.preventDefault());
document.addEventListener("trix-attachment-add", (event) => event.target.closest("[data-rich]") && event.attachment.remove());

for (const field of document.querySelectorAll("[data-rich]")) make(field);
