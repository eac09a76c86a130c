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

// As `post`, for a file: `progress` hears which part of it is over.
export function sendFile(url, fields, progress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRFToken", token());
    request.upload.addEventListener("progress", (event) => event.lengthComputable && progress(event.loaded / event.total));
    request.addEventListener("error", () => reject(new TypeError("offline")));
    request.addEventListener("abort", () => reject(new TypeError("offline")));
    request.addEventListener("load", () => {
      let answer = {};
      try {
        answer = JSON.parse(request.responseText);
      } catch { /* the status says enough */ }
      if (request.status >= 200 && request.status < 300) resolve(answer);
      else reject(new Refused(request.status, answer));
    });
    request.send(fields);
  });
}
