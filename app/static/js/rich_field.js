// A field of words with looks: the editor of letters in place of the plain field, which stays where no script runs.
// Where the field says so, pictures go into it: by button, by drag and by paste.

import { sendFile, toast } from "./http.js";
import "./paste.js";
import "./settle.js";

const PICTURES = ["image/png", "image/jpeg"];

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
  if (field.dataset.pictures) offerPictures(field, toolbar, area);
  place.append(toolbar, area);
  place.classList.add("form-control");
  if (focused) area.focus();
}

function offerPictures(field, toolbar, area) {
  toolbar.querySelector(".toolbar-undo").before(field.querySelector("template").content.cloneNode(true));
  toolbar.querySelector('input[type="file"]').addEventListener("change", (event) => {
    for (const file of event.target.files) place(field, area, file);
    event.target.value = "";
  });
}

async function place(field, area, file) {
  const fields = new FormData();
  fields.append("file", file, file.name || "picture.png");
  try {
    const answer = await sendFile(field.dataset.pictures, fields, () => {});
    const { default: trix } = await import("../vendor/trix.min.js");
    const attachment = new trix.models.Attachment({ url: answer.url, contentType: file.type, filename: answer.name, previewable: true });
    area.editor.insertAttachment(attachment);
  } catch (error) {
    toast(`${file.name}: ${error.answer?.error ?? field.dataset.failed}`);
  }
}

// Elsewhere pictures hang on letters, and here there is no letter yet.
document.addEventListener("trix-file-accept", (event) => {
  const field = event.target.closest("[data-rich]");
  if (!field) return;
  event.preventDefault();
  if (!field.dataset.pictures) return;
  if (PICTURES.includes(event.file.type)) place(field, event.target, event.file);
  else toast(`${event.file.name}: ${field.dataset.failed}`);
});
document.addEventListener("trix-attachment-add", (event) => {
  const field = event.target.closest("[data-rich]");
  if (!field) return;
  const url = event.attachment.getAttribute("url") ?? "";
  const ours = field.dataset.pictures && new URL(url, location.href).pathname.startsWith(field.dataset.pictures.replace(/pictures$/, ""));
  if (!ours) event.attachment.remove();
});

for (const field of document.querySelectorAll("[data-rich]")) make(field);
