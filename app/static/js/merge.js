// Puts an answer into a letter that somebody may have begun: where their caret was, on a line of its own, with nothing
// of theirs replaced. A letter that greets already is not greeted twice. One step of undo takes it out again.

import { markMissing } from "./editor.js";

const GREETING = /^\s*(hello|hi|hey|dear|good (morning|afternoon|evening|day)|здравствуй|добр(ый|ое|ого)|привет|уважаем)/i;
const LONGEST_GREETING = 90;
const carets = new WeakMap();

// Only what the person did: opening the editor by a key puts the caret at the end by itself.
document.addEventListener("trix-selection-change", ({ target }) => {
  if (document.activeElement === target) carets.set(target, target.editor.getSelectedRange());
});

export const caretOf = (area) => (!area ? undefined : document.activeElement === area ? area.editor.getSelectedRange() : carets.get(area));

export function insertAnswer(area, html, caret) {
  const { editor } = area;
  const text = editor.getDocument().toString();
  const end = text.length - 1;
  const at = Math.min(caret?.[1] ?? end, end);
  const before = text.slice(0, at);
  editor.recordUndoEntry("Answer");
  editor.setSelectedRange([at, at]);
  if (before.trim() && !before.endsWith("\n")) editor.insertLineBreak();
  editor.insertHTML(markMissing(before.split("\n").some((line) => GREETING.test(line)) ? withoutGreeting(html) : html));
}

function withoutGreeting(html) {
  const { body } = new DOMParser().parseFromString(html, "text/html");
  const first = body.firstElementChild;
  if (first && first.nextElementSibling && first.textContent.length <= LONGEST_GREETING && GREETING.test(first.textContent)) first.remove();
  return body.innerHTML;
}

// What was inserted is counted when the letter is sent; its files hang on the draft already.
export function noteArticle(form, id) {
  const field = form.querySelector('[name="article_ids"]');
  field.value = [...new Set(field.value.split(",").filter(Boolean).concat(String(id)))].join(",");
}
