// What is typed is on the server within a second, and in this browser at once: nothing is lost by a reload, a crash
// or a dead line. A draft that was changed in another window is never written over without asking.

import { post } from "./http.js";

const SOON = 700;
const AGAIN = 3000;

export function keep(form, area) {
  const field = (name) => form.querySelector(`[name="${name}"]`);
  const label = form.querySelector("[data-save-state]");
  const words = label.dataset;
  const key = `${document.body.dataset.agent}:${form.dataset.key}`;
  let timer = null;
  let stopped = false;
  let stored = field("html").value;
  let dirty = false;

  const say = (text, unsaved = false) => {
    label.textContent = text;
    label.classList.toggle("is-unsaved", unsaved);
  };
  const content = () => ({
    kind: form.dataset.kind, html: field("html").value, to: field("to")?.value ?? "", cc: field("cc")?.value ?? "",
    version: field("version").value, article_ids: field("article_ids").value, seen_message_id: field("seen_message_id").value,
  });
  const isEmpty = () => !area.editor.getDocument().toString().trim() && !form.querySelector("[data-file-list] li");

  function changed() {
    if (stopped) return;
    dirty = true;
    localStorage.setItem(key, JSON.stringify(content()));
    clearTimeout(timer);
    timer = setTimeout(save, SOON);
  }

  async function save() {
    clearTimeout(timer);
    if (stopped || !dirty) return;
    if (isEmpty() && field("version").value === "0") {
      localStorage.removeItem(key);
      return;
    }
    await Promise.resolve(form.saving).catch(() => {});
    if (stopped) return;
    const sent = content();
    say(words.saving);
    dirty = false;
    try {
      form.saving = post(form.dataset.save, sent);
      const answer = await form.saving;
      accept(answer, sent);
    } catch (error) {
      dirty = true;
      if (error.status === 409) conflict(error.answer);
      else if (error.status === 404) stopped = true;
      else {
        say(words.unsaved, true);
        timer = setTimeout(save, AGAIN);
      }
    }
  }

  function accept(answer, sent) {
    field("version").value = answer.version;
    if (field("draft_id")) field("draft_id").value = answer.id;
    stored = sent.html;
    form.querySelector("[data-discard-draft]").hidden = false;
    if (dirty) return;
    say(words.saved);
    localStorage.removeItem(key);
  }

  function conflict({ draft }) {
    // Our own last save, whose answer was lost on the way, is no conflict.
    if (draft && (draft.html === stored || draft.html === field("html").value)) {
      field("version").value = draft.version;
      field("draft_id").value = draft.id;
      save();
      return;
    }
    say(`${words.conflict} `, true);
    if (draft) label.append(button(words.take, () => {
      field("version").value = draft.version;
      field("draft_id").value = draft.id;
      area.editor.loadHTML(draft.html);
      stored = draft.html;
      dirty = false;
      localStorage.removeItem(key);
      say(words.saved);
    }), " ");
    label.append(button(words.keep, () => {
      field("version").value = draft?.version ?? 0;
      if (draft) field("draft_id").value = draft.id;
      save();
    }));
  }

  function button(text, act) {
    const made = document.createElement("button");
    Object.assign(made, { type: "button", className: "btn btn-sm", textContent: text });
    made.addEventListener("click", act, { once: true });
    return made;
  }

  // What an earlier page could not save is here still; take it up unless the server has something newer.
  const left = JSON.parse(localStorage.getItem(key) ?? "null");
  if (left && left.html && Number(left.version) >= Number(field("version").value) && left.html !== field("html").value) {
    area.editor.loadHTML(left.html);
    if (field("to") && left.to) field("to").value = left.to;
    if (field("cc") && left.cc) field("cc").value = left.cc;
    field("article_ids").value = left.article_ids;
    field("seen_message_id").value = left.seen_message_id;
    changed();
  } else localStorage.removeItem(key);

  area.addEventListener("trix-change", () => field("html").value !== stored && changed());
  form.addEventListener("input", (event) => event.target.matches("[name=to], [name=cc]") && changed());
  addEventListener("online", save);
  document.addEventListener("app:leaving", save);
  document.addEventListener("visibilitychange", () => document.hidden && save());
  addEventListener("pagehide", () => dirty && !stopped && post(form.dataset.save, content(), { keepalive: true }).catch(() => {}));

  // A save that is under way must not arrive after the reply has taken the draft.
  form.addEventListener("htmx:confirm", (event) => {
    if (event.target !== form) return;
    event.preventDefault();
    stopped = true;
    clearTimeout(timer);
    Promise.all([Promise.resolve(form.saving).catch(() => {}), drawn()]).then(([answer]) => {
      if (answer?.version) {
        field("version").value = answer.version;
        if (answer.id && field("draft_id")) field("draft_id").value = answer.id;
      }
      event.detail.issueRequest(true);
    });
  });
  form.addEventListener("htmx:afterRequest", (event) => {
    if (event.target !== form) return;
    if (event.detail.successful) localStorage.removeItem(key);
    else if (!event.detail.xhr.status) {
      stopped = false;
      dirty = true;
      say(words.unsaved, true);
      save();
    }
  });
  document.getElementById(`discard-${form.id.replace("form-", "")}`)?.addEventListener("submit", () => {
    stopped = true;
    localStorage.removeItem(key);
  });
}

// Trix writes its field when it next draws, so the last letter typed is in it only one frame later. (A hidden page
// draws nothing and has no typing hands on it.)
function drawn() {
  return new Promise((resolve) => {
    requestAnimationFrame(() => resolve());
    setTimeout(resolve, 250);
  });
}

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id === "ticket") document.dispatchEvent(new CustomEvent("app:leaving"));
});
