// The reply editor: Trix in place of the plain field, files by button or drag, reply and note as two faces of one.

import { keep } from "./drafts.js";
import { post, toast } from "./http.js";

const MISSING = /\{\{[^{}\n]{1,200}\}\}/g;
let trix = null;

// Loaded when the first editor opens: most visits to a ticket only read.
function loadTrix() {
  trix ??= import("../vendor/trix.min.js").then((module) => {
    module.default.config.textAttributes.missing = { tagName: "mark", inheritable: false };
    return module.default;
  });
  return trix;
}

export const markMissing = (html) => html.replace(MISSING, (found) => `<mark>${found}</mark>`);

// The Trix editor of a form, made on first use.
export async function editorOf(form) {
  form.ready ??= make(form);
  return form.ready;
}

async function make(form) {
  const kind = form.id.replace("form-", "");
  const input = form.querySelector('input[name="html"]');
  const plain = form.querySelector("textarea");
  const place = form.querySelector("[data-editor-place]");
  const begun = plain.value;
  const ready = new Promise((resolve) => place.addEventListener("trix-initialize", resolve, { once: true }));
  await loadTrix();
  const toolbar = document.createElement("trix-toolbar");
  toolbar.id = `toolbar-${kind}`;
  toolbar.append(document.getElementById("toolbar").content.cloneNode(true));
  const area = document.createElement("trix-editor");
  for (const [name, value] of Object.entries({
    input: input.id, toolbar: toolbar.id, placeholder: plain.placeholder, "aria-label": plain.placeholder, class: "letter-text",
  })) area.setAttribute(name, value);
  input.disabled = false;
  input.value = markMissing(input.value);
  plain.removeAttribute("name");
  place.append(area, toolbar);
  await ready;
  form.classList.add("is-ready");
  keep(form, area);
  // The first words may have been typed into the plain field while the editor was on its way.
  const typed = plain.value.startsWith(begun) ? plain.value.slice(begun.length) : plain.value;
  if (plain.dataset.wanted) focusAtEnd(area);
  if (typed) area.editor.insertString(typed);
  return area;
}

// Only on request: a selection inside the editor takes the focus, and with it every key.
function focusAtEnd(area) {
  area.focus();
  const length = area.editor.getDocument().toString().length;
  if (length > 1) area.editor.setSelectedRange([length - 1, length - 1]);
}

export async function openComposer(kind, { focus = true } = {}) {
  const composer = document.getElementById("composer");
  if (!composer) return null;
  composer.classList.add("is-open");
  composer.classList.toggle("is-note", kind === "note");
  composer.classList.toggle("is-reply", kind !== "note");
  for (const tab of composer.querySelectorAll(".composer-tab")) tab.setAttribute("aria-selected", String(tab.dataset.compose === kind));
  for (const form of composer.querySelectorAll(".composer-form")) form.hidden = form.id !== `form-${kind}`;
  const form = composer.querySelector(`#form-${kind}`);
  const plain = form.querySelector("textarea");
  if (focus && !form.classList.contains("is-ready")) {
    plain.focus();
    plain.setSelectionRange(plain.value.length, plain.value.length);
    plain.dataset.wanted = "yes";
  }
  const area = await editorOf(form);
  if (focus) {
    if (document.activeElement !== area) focusAtEnd(area);
    composer.scrollIntoView({ block: "nearest" });
  }
  return area;
}

function chooseStatus(button) {
  const form = button.form;
  form.querySelector("input[data-chosen]")?.remove();
  const chosen = document.createElement("input");
  Object.assign(chosen, { type: "hidden", name: "then_status", value: button.value });
  chosen.dataset.chosen = "";
  form.append(chosen);
  button.removeAttribute("name");
  button.dataset.wasNamed = "";
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-compose]");
  if (opener) {
    event.preventDefault();
    openComposer(opener.dataset.compose);
  }
  if (event.target.closest("[data-fold]")) document.getElementById("composer").classList.remove("is-open");
  const all = event.target.closest("[data-all]");
  if (all) {
    const cc = all.form.querySelector('[name="cc"]');
    cc.value = all.dataset.all;
    cc.dispatchEvent(new Event("input", { bubbles: true }));
    all.hidden = true;
    openComposer("reply");
  }
  const status = event.target.closest('button[name="then_status"], button[data-was-named]');
  if (status) chooseStatus(status);
  const removed = event.target.closest("[data-remove]");
  if (removed) {
    event.preventDefault();
    removeFile(removed);
  }
  if (event.target.closest("[data-send]")) event.target.closest("form").querySelector("input[data-chosen]")?.remove();
}, true);

document.addEventListener("trix-file-accept", (event) => {
  event.preventDefault();
  upload(event.target.closest("form"), [event.file]);
});
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-attach]")) return;
  upload(event.target.form, [...event.target.files]);
  event.target.value = "";
});

const carriesFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
document.addEventListener("dragover", (event) => {
  if (!carriesFiles(event) || !event.target.closest?.("#ticket")) return;
  event.preventDefault();
  document.getElementById("ticket").classList.add("is-dropping");
});
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) document.getElementById("ticket")?.classList.remove("is-dropping");
});
document.addEventListener("drop", async (event) => {
  if (!carriesFiles(event) || !event.target.closest?.("#ticket")) return;
  event.preventDefault();
  event.stopPropagation();
  document.getElementById("ticket").classList.remove("is-dropping");
  const files = [...event.dataTransfer.files];
  const kind = document.getElementById("composer").classList.contains("is-note") ? "note" : "reply";
  await openComposer(kind, { focus: false });
  upload(document.getElementById(`form-${kind}`), files);
}, true);

async function upload(form, files) {
  const words = form.querySelector("[data-save-state]").dataset;
  for (const file of files) {
    if (file.size > Number(form.dataset.max)) {
      toast(`${file.name}: ${words.tooLarge}`);
      continue;
    }
    const row = fileRow(form, { filename: file.name, size: file.size });
    try {
      await form.saving;
      const fields = new FormData();
      fields.append("kind", form.dataset.kind);
      fields.append("file", file, file.name);
      form.saving = post(form.dataset.files, fields);
      const answer = await form.saving;
      form.querySelector('[name="version"]').value = answer.version;
      const id = form.querySelector('[name="draft_id"]');
      if (id) id.value = answer.draft_id;
      row.replaceWith(fileRow(form, answer));
    } catch (error) {
      row.remove();
      toast(`${file.name}: ${error.answer?.error ?? words.uploadFailed}`);
    }
  }
}

function fileRow(form, file) {
  const words = form.querySelector("[data-save-state]").dataset;
  const row = document.createElement("li");
  const shell = document.createElement("span");
  shell.className = `file${file.id ? "" : " is-uploading"}`;
  const link = document.createElement("a");
  link.className = "truncate";
  link.textContent = file.filename;
  if (file.url) link.href = file.url;
  shell.append(link);
  if (file.id) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-quiet btn-sm";
    button.textContent = words.removeText;
    button.dataset.remove = `${form.dataset.files}/${file.id}/remove`;
    shell.append(button);
  }
  row.append(shell);
  form.querySelector("[data-file-list]").append(row);
  return row;
}

async function removeFile(button) {
  const form = button.closest(".composer-form");
  try {
    await form.saving;
    form.saving = post(button.dataset.remove, { kind: form.dataset.kind });
    const answer = await form.saving;
    form.querySelector('[name="version"]').value = answer.version;
    button.closest("li").remove();
  } catch (error) {
    toast(error.message);
  }
}

// A draft, or what stopped a send, opens the editor by itself; so does text that never reached the server.
function start() {
  const composer = document.getElementById("composer");
  if (!composer || composer.dataset.started) return;
  composer.dataset.started = "yes";
  setTimeout(loadTrix, 600);
  const forms = [...composer.querySelectorAll(".composer-form")];
  const kept = forms.find((form) => localStorage.getItem(`${document.body.dataset.agent}:${form.dataset.key}`));
  if (composer.classList.contains("is-open") || kept) {
    const kind = composer.classList.contains("is-open") ? (composer.classList.contains("is-note") ? "note" : "reply") : kept.id.replace("form-", "");
    openComposer(kind, { focus: new URLSearchParams(location.search).has("compose") });
  }
}

document.addEventListener("htmx:load", start);
start();
