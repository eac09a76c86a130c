// What others do and what arrives shows within seconds, without moving what the agent reads.

import { isTyping, toast } from "./http.js";

const inbox = document.getElementById("inbox");
const EVERY = 3000;
let mark = inbox?.dataset.mark ?? "";
// What was last told of who is where; the server answers when it is another.
let people = "";
let arrivals = 0;
let asking = false;
let again = false;
let failures = 0;
// Requests that bring a ticket, and whether news came meanwhile: an answer shows together with its closed editor, not before.
const awaited = new Set();
let missed = false;

const ticket = () => document.querySelector("#ticket[data-ticket]");
const plainTitle = () => document.title.replace(/^\(\d+\) /, "");

async function poll() {
  if (asking || !inbox) return;
  asking = true;
  try {
    const open = ticket();
    const asked = new URLSearchParams({ mark, people, view: inbox.dataset.view });
    if (inbox.dataset.searching === "yes") asked.set("search", "1");
    const bell = document.getElementById("bell");
    if (bell) asked.set("bell", bell.dataset.known);
    if (open) for (const [name, value] of [["ticket", open.dataset.ticket], ["seen", open.dataset.seen], ["seen_event", open.dataset.seenEvent]]) asked.set(name, value);
    const response = await fetch(`${inbox.dataset.live}?${asked}`, { headers: { Accept: "application/json" }, credentials: "same-origin" });
    connected(response.ok);
    if (response.status === 401) location.reload();
    const news = response.status === 200 ? await response.json() : null;
    // What the agent did while this was on its way is not in it: one more is asked at once.
    if (news && awaited.size) missed = true;
    else if (news && !again) show(news, open);
  } catch {
    connected(false);
  } finally {
    asking = false;
    if (again) {
      again = false;
      poll();
    }
  }
}

// A question on its way may have been answered before what was just done.
function askAnew() {
  if (asking) again = true;
  else poll();
}

function connected(yes) {
  failures = yes ? 0 : failures + 1;
  document.getElementById("live-state").hidden = failures < 2;
}

function show(news, askedFor) {
  mark = news.mark;
  if (news.bell) document.dispatchEvent(new CustomEvent("app:bell", { detail: JSON.parse(news.bell) }));
  if (news.people) {
    const told = JSON.parse(news.people);
    people = told.mark;
    document.dispatchEvent(new CustomEvent("app:people", { detail: told.here }));
  }
  showCounts(news.counts ?? {});
  if (news.rows !== undefined && inbox.dataset.searching !== "yes") showRows(news.rows);
  const open = ticket();
  if (news.ticket && open === askedFor && String(news.ticket.id) === open?.dataset.ticket) showTicket(open, news.ticket);
  if (news.ticket === null && open && open === askedFor) leave(open);
}

// The ticket was deleted, or went to a mailbox that this agent does not see. What is being typed stays in sight.
function leave(open) {
  delete open.dataset.ticket;
  toast(inbox.dataset.gone);
  if (isTyping(document.activeElement)) return;
  for (const part of open.querySelectorAll(".head-tools, #composer")) part.remove();
  const note = document.createElement("p");
  note.className = "notice notice-warn";
  note.textContent = inbox.dataset.gone;
  document.getElementById("ticket-scroll").replaceChildren(note);
}

function showCounts(counts) {
  for (const place of document.querySelectorAll("[data-count]")) {
    if (place.dataset.count.startsWith("saved-")) continue;
    const text = String(counts[place.dataset.count] || "");
    if (place.textContent !== text) place.textContent = text;
  }
}

// The first page of rows is laid over what is there: rows that are the same stay the same elements.
function showRows(html) {
  const list = document.getElementById("rows");
  const fresh = document.createElement("ol");
  fresh.innerHTML = html;
  const wanted = [...fresh.querySelectorAll(".row")];
  if (!list.children.length !== !wanted.length) return replaceList();
  const known = new Map([...list.querySelectorAll(".row")].map((row) => [row.id, row]));
  const newest = [...known.values()].reduce((at, row) => (row.dataset.at > at ? row.dataset.at : at), "");
  const last = wanted.at(-1);
  const opened = ticket()?.dataset.ticket;
  let before = null;
  for (const row of wanted) {
    const old = known.get(row.id);
    known.delete(row.id);
    let put = row;
    if (old && same(old, row)) put = old;
    else if (old) keepFocus(old, row);
    if (row.dataset.ticket === opened) put.querySelector("a").setAttribute("aria-current", "true");
    else put.querySelector("a").removeAttribute("aria-current");
    const place = before ? before.nextElementSibling : list.firstElementChild;
    if (place !== put) list.insertBefore(put, place);
    before = put;
    // In its place only: how a link opens is said by the list around it.
    if (put === row) {
      window.htmx.process(row);
      if (row.dataset.at > newest && row.matches(".is-unread")) arrived(row);
    }
  }
  const all = wanted.length < 50;
  for (const [, row] of known) if (all || !behind(row, last, list.dataset.falls === "yes")) row.remove();
  document.dispatchEvent(new CustomEvent("app:rows"));
}

// Rows of later pages stay; what sorts before the end of the first page and is not in it has left the view.
function behind(row, last, falls) {
  const [here, end] = [Number(row.dataset.stamp), Number(last.dataset.stamp)];
  if (here === end) return falls ? Number(row.dataset.ticket) < Number(last.dataset.ticket) : Number(row.dataset.ticket) > Number(last.dataset.ticket);
  return falls ? here < end : here > end;
}

// Faces of colleagues are put into rows by another script.
function plain(row) {
  if (!row.querySelector(".row-here")) return row.outerHTML;
  const copy = row.cloneNode(true);
  copy.querySelector(".row-here").remove();
  return copy.outerHTML;
}

const stripped = (row) => plain(row).replace(/ aria-current="true"/g, "").replace(/<time.*?<\/time>/gs, "").replace(/ is-fresh/g, "").replace(/ class="[^"]*htmx[^"]*"/g, "");
const same = (old, row) => old.dataset.at === row.dataset.at && stripped(old) === stripped(row);

function keepFocus(old, row) {
  const had = old.contains(document.activeElement);
  const box = row.querySelector("[data-pick]");
  if (box) box.checked = old.querySelector("[data-pick]")?.checked ?? false;
  old.replaceWith(row);
  if (had) row.querySelector("a").focus({ preventScroll: true });
}

function replaceList() {
  fetch(location.pathname.startsWith("/inbox") ? location.href : `/inbox/${inbox.dataset.view}`, { credentials: "same-origin" })
    .then((response) => response.text())
    .then((text) => {
      const fresh = new DOMParser().parseFromString(text, "text/html").getElementById("list-scroll");
      const old = document.getElementById("list-scroll");
      if (!fresh || !old) return;
      old.replaceWith(document.adoptNode(fresh));
      window.htmx.process(document.getElementById("list-scroll"));
    });
}

function arrived(row) {
  row.classList.add("is-fresh");
  announce(inbox.dataset.newLetter.replace("{who}", row.dataset.who));
  badge();
}

function announce(text) {
  document.getElementById("announcer").textContent = text;
}

function badge() {
  if (!document.hidden) return;
  arrivals += 1;
  document.dispatchEvent(new CustomEvent("app:arrivals", { detail: arrivals }));
}

function showTicket(open, news) {
  open.dataset.seen = news.seen;
  open.dataset.seenEvent = news.seen_event;
  const head = document.getElementById("ticket-head");
  if (!head.querySelector("details[open]") && !head.contains(document.activeElement)) replace(head, news.head);
  const ids = new Set(news.messages.map((id) => `m${id}`));
  for (const message of open.querySelectorAll("#thread > .message:not([data-earlier])")) if (!ids.has(message.id)) message.remove();
  for (const [id, html] of Object.entries(news.states)) {
    const place = document.getElementById(`delivery-${id}`);
    if (place && place.innerHTML.trim() !== html.trim()) replace(place, html);
  }
  for (const [id, html] of Object.entries(news.rewritten)) rewrite(document.getElementById(`m${id}`), html);
  append(open, news.entries);
  showCard(news.card);
  replaceUnlessUsed("suggestions", news.suggestions);
  replaceUnlessUsed("colleagues", news.colleagues);
  document.dispatchEvent(new CustomEvent("app:thread"));
}

function replace(place, html) {
  place.innerHTML = html;
  window.htmx.process(place);
}

// A note in other words. What somebody has in hand there, or has folded, stays as it is.
function rewrite(note, html) {
  if (!note || note.contains(document.activeElement)) return;
  const open = note.querySelector("details")?.open;
  const made = replaceWhole(note, html);
  made.querySelector("details").open = open;
}

function showCard(html) {
  const card = document.querySelector("#card .card-column");
  if (!card || card.contains(document.activeElement) || card.querySelector("details[open]")) return;
  const fresh = document.createElement("div");
  fresh.innerHTML = html;
  if (fresh.textContent.trim() !== card.textContent.trim()) replaceWhole(card, html);
}

function replaceWhole(old, html) {
  const holder = document.createElement("div");
  holder.innerHTML = html;
  const made = holder.firstElementChild;
  old.replaceWith(made);
  window.htmx.process(made);
  return made;
}

function replaceUnlessUsed(id, html) {
  const place = document.getElementById(id);
  if (place.contains(document.activeElement) || place.innerHTML.trim() === html.trim()) return;
  // An answer somebody has unfolded to read stays as it is, unless it is for another letter.
  const letter = (text) => text.match(/name="message_id" value="(\d+)"/)?.[1];
  if (place.querySelector("details[open]") && letter(place.innerHTML) === letter(html) && id === "suggestions") return;
  replace(place, html);
}

function append(open, entries) {
  const scroll = document.getElementById("ticket-scroll");
  const composer = document.getElementById("composer");
  const typing = composer.contains(document.activeElement);
  const heightBefore = scroll.scrollHeight;
  const topBefore = scroll.scrollTop;
  let letters = 0;
  for (const entry of entries) {
    if (document.getElementById(entry.id)) continue;
    const holder = document.createElement("ol");
    holder.innerHTML = entry.html;
    const made = holder.firstElementChild;
    document.getElementById("thread").append(made);
    window.htmx.process(made);
    if (entry.incoming) letters += 1;
  }
  // The editor sits below the thread: who types there must not see it slide away.
  if (typing) scroll.scrollTop = topBefore + (scroll.scrollHeight - heightBefore);
  if (!letters) return;
  announce(inbox.dataset.newLetter.replace("{who}", open.querySelector(".message-incoming:last-of-type .message-name")?.textContent ?? ""));
  badge();
  offerJump(scroll);
}

function offerJump(scroll) {
  const note = document.getElementById("new-below");
  const last = document.getElementById("thread").lastElementChild;
  if (last.getBoundingClientRect().top < scroll.getBoundingClientRect().bottom - 40) return;
  note.hidden = false;
  note.querySelector("button").onclick = () => {
    last.scrollIntoView({ block: "start" });
    note.hidden = true;
  };
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  arrivals = 0;
  document.dispatchEvent(new CustomEvent("app:arrivals", { detail: 0 }));
  poll();
});
document.addEventListener("htmx:beforeSend", (event) => {
  if (event.detail.target?.id === "ticket") awaited.add(event.detail.xhr);
});
// What this agent did shows in the other columns at once.
document.addEventListener("htmx:afterRequest", (event) => {
  awaited.delete(event.detail.xhr);
  const done = event.detail.requestConfig?.verb === "post" && event.detail.successful;
  if (!done && (!missed || awaited.size)) return;
  missed = false;
  askAnew();
});
document.addEventListener("app:ask", poll);
document.addEventListener("app:acted", askAnew);
setInterval(poll, EVERY);
