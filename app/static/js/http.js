// Requests of our own scripts: with the CSRF token, answered with JSON.

const token = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";

export class Refused extends Error {
  constructor(status, answer) {
    super(answer.error || String(status));
    this.status = status;
    this.answer = answer;
  }
}

// fields: plain object or FormData. Resolves to the JSON answer; rejects with Refused, or TypeError when offline.
export async function post(url, fields, options = {}) {
  const body = fields instanceof FormData ? fields : new URLSearchParams(fields);
  const response = await fetch(url, {
    method: "POST",
    body,
    headers: { Accept: "application/json", "X-CSRFToken": token() },
    credentials: "same-origin",
    ...options,
  });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(response.status, answer);
  return answer;
}

export function toast(text) {
  const note = document.createElement("div");
  note.className = "toast-note";
  note.textContent = text;
  document.getElementById("toasts").append(note);
  setTimeout(() => note.remove(), 7000);
  return note;
}

export const isTyping = (target) =>
  target instanceof Element && target.closest("input:not([type=checkbox]):not([type=radio]):not([type=file]), textarea, select, trix-editor, [contenteditable=true]") !== null;
