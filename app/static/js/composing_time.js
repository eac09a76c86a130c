// How long an agent is at work on a letter: the time between signs of life in its editor, sent with the letter.
//
// A pause of more than a minute counts nothing at all, nor does time in which the editor has no focus. Letters only:
// what colleagues write to each other is nobody's figure.

const LONGEST_PAUSE = 60_000;
// After an undo the letter comes back within this time, and with it the time that went into it.
const COMES_BACK = 600_000;
const SIGNS = ["keydown", "input", "pointerdown", "pointermove", "wheel", "paste"];

const formOf = (event) => event.target.closest?.('form[data-editor]:not([data-kind="note"])');
const keyOf = (form) => `composing:${document.body.dataset.agent}:${form.dataset.key}`;
const at = new WeakMap();

function kept(form) {
  const known = JSON.parse(sessionStorage.getItem(keyOf(form)) ?? "null");
  if (!known) return 0;
  if (!known.sent) return known.ms;
  const back = form.querySelector('[name="version"]')?.value !== "0" && Date.now() - known.sent < COMES_BACK;
  return back ? known.ms : 0;
}

function field(form) {
  const there = form.querySelector('input[name="composing_seconds"]');
  if (there) return there;
  const made = Object.assign(document.createElement("input"), { type: "hidden", name: "composing_seconds" });
  made.dataset.ms = kept(form);
  form.prepend(made);
  return made;
}

function alive(event) {
  const form = formOf(event);
  if (!form || !form.contains(document.activeElement) || !document.hasFocus()) return;
  const now = performance.now();
  const pause = now - (at.get(form) ?? now);
  at.set(form, now);
  const input = field(form);
  if (pause > LONGEST_PAUSE) return;
  const ms = Number(input.dataset.ms) + pause;
  input.dataset.ms = ms;
  input.value = Math.round(ms / 1000);
  if (pause) sessionStorage.setItem(keyOf(form), JSON.stringify({ ms }));
}

for (const sign of SIGNS) document.addEventListener(sign, alive, { capture: true, passive: true });
// Leaving the editor ends the run: what comes after the way back begins anew.
document.addEventListener("focusout", (event) => {
  const form = formOf(event);
  if (form && !form.contains(event.relatedTarget)) at.delete(form);
}, true);
addEventListener("blur", () => {
  const form = document.activeElement?.closest?.("form[data-editor]");
  if (form) at.delete(form);
});
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target;
  if (!form.matches?.("form[data-editor]") || !event.detail.successful) return;
  const input = form.querySelector('input[name="composing_seconds"]');
  if (input) sessionStorage.setItem(keyOf(form), JSON.stringify({ ms: Number(input.dataset.ms), sent: Date.now() }));
});
document.addEventListener("submit", (event) => {
  const name = event.target.id?.startsWith("discard-") ? event.target.id.replace("discard-", "form-") : "";
  const form = name && document.getElementById(name);
  if (form) sessionStorage.removeItem(keyOf(form));
}, true);
