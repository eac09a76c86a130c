// The editor: Trix in place of the plain field; reply, forward and note as faces of one.

import { keep } from "./drafts.js";
import { offerArticles } from "./articles.js";
import "./paste.js";
import "./composing_time.js";
import { carriesFiles, upload } from "./uploads.js";

const MISSING = /\{\{[^{}\n]{1,200}\}\}/g;
let trix = null;

// Loaded when the first editor opens: most visits to a ticket only read.
function loadTrix() {
  trix ??= import("../vendor/trix.min.js").then((module) => {
    const { config } = module.default;
    config.textAttributes.missing = { tagName: "mark", inheritable: false };
    config.attachments.preview.caption = { name: false, size: false };
    return module.default;
  });
  return trix;
}

export const markMissing = (html) => html.replace(MISSING, (found) => `<mark>${found}</mark>`);
export const openForm = () => document.querySelector("#composer .composer-form:not([hidden])") ?? document.getElementById("form-new");

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
  offerArticles(form, area);
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

const kinds = ["reply", "forward", "note"];
const kindOf = (composer) => kinds.find((kind) => composer.classList.contains(`is-${kind}`)) ?? "reply";

export async function openComposer(kind, { focus = true } = {}) {
  const composer = document.getElementById("composer");
  const form = composer?.querySelector(`#form-${kind}`);
  if (!form) return null;
  composer.classList.add("is-open");
  for (const one of kinds) composer.classList.toggle(`is-${one}`, one === kind);
  for (const tab of composer.querySelectorAll(".composer-tab")) tab.setAttribute("aria-selected", String(tab.dataset.compose === kind));
  for (const one of composer.querySelectorAll(".composer-form")) one.hidden = one !== form;
  return openEditor(form, { focus });
}

export async function openEditor(form, { focus = true } = {}) {
  const plain = form.querySelector("textarea");
  if (focus && !form.classList.contains("is-ready")) {
    plain.focus();
    plain.setSelectionRange(plain.value.length, plain.value.length);
    plain.dataset.wanted = "yes";
  }
  const area = await editorOf(form);
  if (focus) {
    if (document.activeElement !== area) focusAtEnd(area);
    form.scrollIntoView({ block: "nearest" });
  }
  return area;
}

// What the pressed button means goes into the form itself: the form is sent a moment later, when the draft is saved.
function chooseWay(button) {
  const form = button.form;
  for (const old of form.querySelectorAll("input[data-chosen]")) old.remove();
  const main = form.querySelector("[data-send]");
  const chosen = { then_status: button.dataset.then ?? main.dataset.then ?? "", later: button.dataset.later ?? "" };
  for (const [name, value] of Object.entries(chosen)) {
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name, value });
    field.dataset.chosen = "";
    form.prepend(field);
  }
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-compose]");
  if (opener) {
    event.preventDefault();
    openComposer(opener.dataset.compose);
  }
  if (event.target.closest("[data-fold]")) document.getElementById("composer").classList.remove("is-open");
  const all = event.target.closest("[data-all]");
  if (all) replyToAll(all);
  const bcc = event.target.closest("[data-show-bcc]");
  if (bcc) {
    const line = bcc.form.querySelector(".address-bcc");
    line.classList.add("is-shown");
    line.querySelector("input").focus();
  }
  const way = event.target.closest(".composer-form button:is([data-then], [data-later])");
  if (way) chooseWay(way);
}, true);

// Each mailbox has a signature of its own.
document.addEventListener("change", (event) => {
  if (!event.target.matches('.composer-form select[name="mailbox_id"]')) return;
  const below = event.target.form.querySelector(".signature");
  below.innerHTML = event.target.selectedOptions[0].dataset.signature;
  below.hidden = !below.textContent;
});

function replyToAll(button) {
  const cc = button.form.querySelector('[name="cc"]');
  cc.value = button.dataset.all;
  cc.dispatchEvent(new Event("input", { bubbles: true }));
  button.hidden = true;
  openComposer("reply");
}

document.addEventListener("dragover", (event) => {
  const pane = carriesFiles(event) && event.target.closest?.("#ticket, #new-letter");
  if (!pane) return;
  event.preventDefault();
  pane.classList.add("is-dropping");
});
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) document.querySelector(".is-dropping")?.classList.remove("is-dropping");
});
document.addEventListener("drop", async (event) => {
  const pane = carriesFiles(event) && event.target.closest?.("#ticket, #new-letter");
  if (!pane) return;
  event.preventDefault();
  event.stopPropagation();
  pane.classList.remove("is-dropping");
  const files = [...event.dataTransfer.files];
  const composer = document.getElementById("composer");
  if (composer) await openComposer(kindOf(composer), { focus: false });
  upload(openForm(), files);
}, true);

// A draft, or what stopped a send, opens the editor by itself; so does text that never reached the server.
function start() {
  const fresh = document.getElementById("form-new");
  if (fresh && !fresh.dataset.started) {
    fresh.dataset.started = "yes";
    openEditor(fresh, { focus: false });
  }
  const composer = document.getElementById("composer");
  if (!composer || composer.dataset.started) return;
  composer.dataset.started = "yes";
  setTimeout(loadTrix, 600);
  const forms = [...composer.querySelectorAll(".composer-form")];
  const kept = forms.find((form) => localStorage.getItem(`${document.body.dataset.agent}:${form.dataset.key}`));
  if (composer.classList.contains("is-open") || kept) {
    const kind = composer.classList.contains("is-open") ? kindOf(composer) : kept.id.replace("form-", "");
    openComposer(kind, { focus: "focus" in composer.dataset }).then(() => {
      if (composer.classList.contains("is-forward") && "focus" in composer.dataset) composer.querySelector('#form-forward [name="to"]')?.focus();
    });
  }
}

document.addEventListener("htmx:load", start);
start();
