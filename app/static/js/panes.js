// Which column is in front, which row is chosen, and where the conversation opens.

const inbox = document.getElementById("inbox");

function choose(ticketId) {
  for (const link of document.querySelectorAll('#rows .row > a[aria-current]')) link.removeAttribute("aria-current");
  const row = document.getElementById(`t${ticketId}`);
  row?.querySelector("a").setAttribute("aria-current", "true");
  row?.classList.remove("is-unread");
}

// The newest message is what one came for; a long one shows its beginning.
function openAtNewest(ticket) {
  const scroll = ticket.querySelector("#ticket-scroll");
  const problem = ticket.querySelector("[data-problem]");
  const wanted = (/^#m\d+$/.test(location.hash) && document.querySelector(location.hash)) || problem;
  const opened = [...ticket.querySelectorAll(".message > details[open]")].map((one) => one.parentElement);
  const target = wanted ?? ticket.querySelector("#first-unread") ?? opened.at(-1);
  if (target) scroll.scrollTop = target.offsetTop - scroll.offsetTop - 16;
}

// Whether a key or a pointer was used since the ticket was asked for: then its reader is busy elsewhere by now.
let busy = false;
const HELD = new Set(["Shift", "Control", "Alt", "Meta"]);
for (const kind of ["keydown", "pointerdown"]) document.addEventListener(kind, (event) => { busy ||= !HELD.has(event.key); }, true);
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.target?.id === "ticket") busy = false;
});

// A ticket takes the focus when it comes, but never from where somebody has gone meanwhile.
function mayFocus(ticket) {
  const here = document.activeElement;
  return !ticket.querySelector(".composer.is-open") && !ticket.contains(here) && (!busy || !here || here === document.body);
}

function arrive(ticket) {
  if (!ticket?.dataset.ticket) return;
  inbox?.classList.add("has-ticket");
  choose(ticket.dataset.ticket);
  openAtNewest(ticket);
  if (mayFocus(ticket)) ticket.querySelector("#ticket-scroll").focus({ preventScroll: true });
}

document.addEventListener("htmx:load", (event) => {
  if (event.detail.elt.id === "ticket") arrive(event.detail.elt);
});

document.addEventListener("click", (event) => {
  const card = event.target.closest("[data-show-card]");
  if (!card) {
    if (!event.target.closest("#card")) document.querySelector("#ticket.shows-card")?.classList.remove("shows-card");
    return;
  }
  event.preventDefault();
  card.closest("#ticket").classList.toggle("shows-card");
});

document.addEventListener("click", (event) => {
  const back = event.target.closest(".head-back");
  if (!back || event.ctrlKey || event.metaKey || !inbox || document.getElementById("inbox").dataset.searching === "yes") return;
  event.preventDefault();
  inbox.classList.remove("has-ticket");
  history.pushState({}, "", back.href);
  document.querySelector('#rows .row > a[aria-current="true"]')?.focus();
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") document.querySelector("#ticket.shows-card")?.classList.remove("shows-card");
});

arrive(document.getElementById("ticket"));
