// Who else has this ticket open, and who types: told to the server every ten seconds and whenever it changes.
// What others do comes with the live updates and is drawn as faces in the head, in the list, and beside the editor.

import { post } from "./http.js";

const AGAIN = 10000;
const TYPED = 9000;
const inbox = document.getElementById("inbox");
let people = [];
let typedAt = 0;
let typedWhat = "reply";
let said = "";
let saidAt = 0;
let shown = "";

const ticket = () => document.querySelector("#ticket[data-ticket]")?.dataset.ticket ?? "";
const place = (number) => `/tickets/${number}/here`;
const doing = () => (Date.now() - typedAt < TYPED ? typedWhat : "viewing");

async function say() {
  const number = ticket();
  if (shown && shown !== number) leave(shown);
  shown = number;
  if (!number || document.hidden) return;
  const now = `${number}:${doing()}`;
  if (now === said && Date.now() - saidAt < AGAIN - 500) return;
  const first = !said.startsWith(`${number}:`);
  [said, saidAt] = [now, Date.now()];
  try {
    await post(place(number), { doing: doing() });
    if (first) document.dispatchEvent(new CustomEvent("app:ask"));
  } catch {
    saidAt = 0;
  }
}

function leave(number) {
  post(place(number), { doing: "gone" }, { keepalive: true }).catch(() => {});
  [said, shown] = ["", ""];
}

function face(one) {
  const made = document.createElement("span");
  made.className = `avatar avatar-sm tone-${one.tone} here-${one.doing}`;
  made.setAttribute("aria-hidden", "true");
  made.textContent = one.initials;
  return made;
}

const sentence = (one) => inbox.dataset[`here${one.doing[0].toUpperCase()}${one.doing.slice(1)}`].replace("{who}", one.name);

function hidden(text) {
  const made = document.createElement("span");
  made.className = "only-reader";
  made.textContent = text;
  return made;
}

// One line of faces with a sentence for everybody who does not see them.
function fill(holder, those) {
  const text = those.map(sentence).join("; ");
  if (holder.dataset.said === text) return;
  holder.dataset.said = text;
  holder.title = text;
  holder.replaceChildren(...(those.length ? [...those.slice(0, 4).map(face), hidden(text)] : []));
  if (those.length > 4) holder.append(` +${those.length - 4}`);
}

function draw() {
  if (!inbox) return;
  const number = ticket();
  const near = people.filter((one) => String(one.ticket) === number);
  const head = document.getElementById("here");
  if (head) fill(head, near);
  drawTyping(near);
  const rows = new Set();
  for (const one of people) {
    const marks = document.querySelector(`#t${one.ticket} .row-marks`);
    if (!marks || rows.has(one.ticket)) continue;
    rows.add(one.ticket);
    let holder = marks.querySelector(".row-here");
    if (!holder) {
      holder = document.createElement("span");
      holder.className = "row-here";
      marks.append(holder);
    }
    fill(holder, people.filter((other) => other.ticket === one.ticket));
  }
  for (const old of document.querySelectorAll(".row-here")) {
    if (!rows.has(Number(old.closest(".row")?.dataset.ticket))) old.remove();
  }
}

// Beside the editor: a colleague types an answer. Whoever opens the editor then is warned, and not held back.
function drawTyping(near) {
  const line = document.getElementById("typing");
  if (!line) return;
  const typing = near.filter((one) => one.doing !== "viewing");
  const replying = typing.filter((one) => one.doing === "reply");
  const open = document.querySelector("#composer.is-open.is-reply");
  const warn = Boolean(open && replying.length);
  const names = replying.map((one) => one.name).join(", ");
  const text = warn ? line.dataset.warning.replace("{who}", names) : typing.map(sentence).join("; ");
  line.classList.toggle("is-warning", warn);
  line.hidden = !text;
  const words = line.querySelector("span");
  if (words.textContent !== text) words.textContent = text;
}

function typed(event) {
  const form = event.target.closest?.(".composer-form");
  if (!form || !event.isTrusted && event.type === "keydown") return;
  typedAt = Date.now();
  typedWhat = form.id === "form-note" ? "note" : "reply";
  say();
}

if (inbox) {
  document.addEventListener("app:people", (event) => {
    people = event.detail;
    draw();
  });
  document.addEventListener("trix-change", (event) => event.target === document.activeElement && typed(event));
  document.addEventListener("input", (event) => event.target.matches?.(".composer-text") && typed(event));
  document.addEventListener("htmx:load", () => {
    draw();
    say();
  });
  document.addEventListener("app:thread", draw);
  // Opening the editor is when the warning matters; the class that says so is set a moment later.
  document.addEventListener("focusin", (event) => event.target.closest?.("#composer") && setTimeout(draw));
  document.addEventListener("click", (event) => event.target.closest?.("#composer, [data-compose]") && setTimeout(draw, 50));
  document.addEventListener("visibilitychange", () => (document.hidden ? ticket() && leave(ticket()) : say()));
  addEventListener("pagehide", () => ticket() && leave(ticket()));
  setInterval(say, 1500);
  say();
}
