// Files of a letter: by button, by drag, by paste; pictures go into the text. A file that meets a dead line waits for
// the connection in this page and is sent then.

import { post, sendFile, toast } from "./http.js";

export const carriesFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
const PICTURES = ["image/png", "image/jpeg", "image/gif", "image/webp"];
const words = (form) => form.querySelector("[data-save-state]").dataset;
const field = (form, name) => form.querySelector(`[name="${name}"]`);

function isTooLarge(form, file) {
  if (file.size <= Number(form.dataset.max)) return false;
  toast(`${file.name}: ${words(form).tooLarge}`);
  return true;
}

// One after the other: each tells the version of the draft that the next one builds on.
export async function upload(form, files) {
  for (const file of files) {
    if (isTooLarge(form, file)) continue;
    const row = uploadRow(form, file);
    try {
      const answer = await give(form, file, { progress: row.progress, waits: row.waits });
      row.element.replaceWith(fileRow(form, answer));
    } catch (error) {
      row.element.remove();
      toast(`${file.name}: ${error.answer?.error ?? words(form).uploadFailed}`);
    }
  }
}

// A picture goes into the text, where the caret is when the server has it; the letter carries it.
async function place(form, area, file) {
  const row = uploadRow(form, file);
  try {
    const answer = await give(form, file, { inline: "yes", progress: row.progress, waits: row.waits });
    row.element.remove();
    if (!answer.preview) return form.querySelector("[data-file-list]").append(fileRow(form, answer));
    const { default: trix } = await import("../vendor/trix.min.js");
    area.editor.insertAttachment(new trix.models.Attachment({ url: answer.preview, contentType: file.type, filename: answer.filename, previewable: true }));
  } catch (error) {
    row.element.remove();
    toast(`${file.name}: ${error.answer?.error ?? words(form).uploadFailed}`);
  }
}

async function give(form, file, { inline = "", progress = () => {}, waits = () => {} }) {
  const turn = Promise.resolve(form.saving).catch(() => {}).then(async () => {
    for (;;) {
      const fields = new FormData();
      fields.append("kind", form.dataset.kind);
      fields.append("draft_id", field(form, "draft_id").value);
      fields.append("inline", inline);
      fields.append("file", file, file.name || "picture.png");
      try {
        return await sendFile(form.dataset.files, fields, progress);
      } catch (error) {
        if (error.status || !form.isConnected) throw error;
        waits(true);
        await connection();
        waits(false);
      }
    }
  });
  form.saving = turn;
  const answer = await turn;
  field(form, "version").value = answer.version;
  field(form, "draft_id").value = answer.draft_id;
  form.querySelector("[data-discard-draft]").hidden = false;
  form.dispatchEvent(new CustomEvent("app:drafted", { detail: answer }));
  return answer;
}

// The files of an article that was inserted: the server has them already, and the letter gets copies.
export async function takeFiles(form, url) {
  const turn = Promise.resolve(form.saving).catch(() => {}).then(() => post(url, { kind: form.dataset.kind, draft_id: field(form, "draft_id").value }));
  form.saving = turn;
  const answer = await turn;
  field(form, "version").value = answer.version;
  field(form, "draft_id").value = answer.draft_id;
  form.querySelector("[data-discard-draft]").hidden = false;
  form.dispatchEvent(new CustomEvent("app:drafted", { detail: answer }));
  for (const file of answer.files) form.querySelector("[data-file-list]").append(fileRow(form, file));
}

// "online" is said late by some browsers, so it is also tried by itself.
const connection = () => new Promise((resolve) => {
  const timer = setTimeout(done, 3000);
  function done() {
    clearTimeout(timer);
    removeEventListener("online", done);
    resolve();
  }
  addEventListener("online", done);
});

function uploadRow(form, file) {
  const element = document.createElement("li");
  const shell = document.createElement("span");
  shell.className = "file is-uploading";
  const name = document.createElement("span");
  name.className = "truncate";
  name.textContent = file.name;
  const bar = document.createElement("progress");
  bar.max = 1;
  bar.setAttribute("aria-label", file.name);
  const state = document.createElement("span");
  state.className = "quiet small";
  shell.append(name, bar, state);
  element.append(shell);
  form.querySelector("[data-file-list]").append(element);
  return {
    element,
    progress: (part) => { bar.value = part; },
    waits: (yes) => { state.textContent = yes ? words(form).uploadWaits : ""; },
  };
}

export function fileRow(form, file) {
  const element = document.createElement("li");
  element.dataset.file = file.id;
  const shell = document.createElement("span");
  shell.className = "file";
  const link = document.createElement("a");
  link.className = "truncate";
  link.textContent = file.filename;
  link.href = file.url;
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "btn btn-quiet btn-sm", textContent: words(form).removeText });
  button.dataset.remove = `${form.dataset.files}/${file.id}/remove`;
  button.setAttribute("aria-label", `${words(form).removeText}: ${file.filename}`);
  shell.append(link, button);
  element.append(shell);
  return element;
}

async function removeFile(button) {
  const form = button.closest(".composer-form");
  try {
    await Promise.resolve(form.saving).catch(() => {});
    form.saving = post(button.dataset.remove, { kind: form.dataset.kind, draft_id: field(form, "draft_id").value });
    const answer = await form.saving;
    field(form, "version").value = answer.version;
    button.closest("li").remove();
  } catch (error) {
    toast(error.message);
  }
}

document.addEventListener("trix-file-accept", (event) => {
  event.preventDefault();
  const form = event.target.closest("form");
  if (!PICTURES.includes(event.file.type) || form.dataset.kind === "note") upload(form, [event.file]);
  else if (!isTooLarge(form, event.file)) place(form, event.target, event.file);
});
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-attach]")) return;
  upload(event.target.form, [...event.target.files]);
  event.target.value = "";
});
document.addEventListener("click", (event) => {
  const removed = event.target.closest("[data-remove]");
  if (!removed) return;
  event.preventDefault();
  removeFile(removed);
}, true);
