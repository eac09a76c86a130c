// What is typed is on the server within a second, and in this browser at once: nothing is lost by a reload, a crash
// or a dead line. A draft that was changed in another window is never written over without asking.

import { post } from "./http.js";
import { settle } from "./settle.js";

const SOON = 700;
const AGAIN = 3000;

const TYPED = ["html", "to", "cc", "bcc", "version", "article_ids", "seen_message_id", "about_id", "chosen", "subject", "mailbox_id", "draft_id"];

function fields({ file, ...typed }) {
  const sent = new URLSearchParams(typed);
  for (const one of file ?? []) sent.append("file", one);
  return sent;
}

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
    ...Object.fromEntries(TYPED.filter(field).map((name) => [name, field(name).value])), kind: form.dataset.kind,
    file: [...form.querySelectorAll('[name="file"]:checked')].map((box) => box.value),
  });
  const isEmpty = () => !area.editor.getDocument().toString().trim() && !form.querySelector("[data-file-list] li")
    && (form.dataset.kind !== "new" || (!field("to").value.trim() && !field("subject").value.trim()));
  // A letter that has no ticket yet is found again by its own number.
  const known = (id) => {
    field("draft_id").value = id;
    const discard = document.querySelector(`#discard-${form.id.replace("form-", "")} [name="draft_id"]`);
    if (discard) discard.value = id;
    if (form.dataset.kind === "new" && id) history.replaceState(null, "", `?draft=${id}`);
  };

  function changed() {
    if (stopped) return;
    dirty = true;
    localStorage.setItem(key, JSON.stringify(content()));
    clearTimeout(timer);
    timer = setTimeout(save, SOON);
  }

  async function save() {
    clearTimeout(timer);
    settle(area);
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
      form.saving = post(form.dataset.save, fields(sent));
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
    known(answer.id);
    stored = sent.html;
    form.querySelector("[data-discard-draft]").hidden = false;
    if (dirty) return;
    say(words.saved);
    localStorage.removeItem(key);
  }

  function conflict({ draft, error }) {
    // Our own last save, whose answer was lost on the way, is no conflict.
    if (draft && (draft.html === stored || draft.html === field("html").value)) {
      field("version").value = draft.version;
      known(draft.id);
      save();
      return;
    }
    say(`${error || words.conflict} `, true);
    if (draft) label.append(button(words.take, () => {
      field("version").value = draft.version;
      known(draft.id);
      area.editor.loadHTML(draft.html);
      stored = draft.html;
      dirty = false;
      localStorage.removeItem(key);
      say(words.saved);
    }), " ");
    label.append(button(words.keep, () => {
      field("version").value = draft?.version ?? 0;
      known(draft?.id ?? "");
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
    for (const name of ["to", "cc", "bcc", "subject"]) if (field(name) && left[name]) field(name).value = left[name];
    field("article_ids").value = left.article_ids;
    field("seen_message_id").value = left.seen_message_id;
    changed();
  } else localStorage.removeItem(key);

  area.addEventListener("trix-change", () => field("html").value !== stored && changed());
  form.addEventListener("input", (event) => event.target.matches("[name=to], [name=cc], [name=bcc], [name=subject], [name=mailbox_id], [name=file]") && changed());
  form.addEventListener("app:drafted", (event) => known(event.detail.draft_id));
  addEventListener("online", save);
  document.addEventListener("app:leaving", save);
  document.addEventListener("visibilitychange", () => document.hidden && save());
  addEventListener("pagehide", () => {
    settle(area);
    if (dirty && !stopped) post(form.dataset.save, fields(content()), { keepalive: true }).catch(() => {});
  });

  // A save that is under way must not arrive after the reply has taken the draft.
  form.addEventListener("htmx:confirm", (event) => {
    if (event.target !== form) return;
    event.preventDefault();
    stopped = true;
    clearTimeout(timer);
    Promise.resolve(form.saving).catch(() => {}).then((answer) => {
      if (answer?.version) {
        field("version").value = answer.version;
        if (answer.id && !answer.url) field("draft_id").value = answer.id;
      }
      event.detail.issueRequest(true);
    });
  });
  // Before the answer is shown: the page that comes would take up what is kept here, and offer to send it again.
  form.addEventListener("htmx:beforeOnLoad", (event) => {
    if (event.target === form && event.detail.xhr.status < 300) localStorage.removeItem(key);
  });
  form.addEventListener("htmx:afterRequest", (event) => {
    if (event.target !== form || event.detail.successful) return;
    if (!event.detail.xhr.status || event.detail.xhr.status >= 500) {
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

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id === "ticket") document.dispatchEvent(new CustomEvent("app:leaving"));
});
