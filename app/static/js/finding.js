// How an earlier letter is found, for the reports: by a search, or on the client card.
//
// A click is useful when one stays with what it opened; whoever is back sooner goes on searching, and the time goes on.
// Told once, to the address in data-found, after STAYED; what was searched for stays here.

import { post } from "./http.js";

const STAYED = 10_000;
const GIVEN_UP = 1_800_000;
const place = document.querySelector("[data-found]");
const kept = (name) => JSON.parse(sessionStorage.getItem(`finding-${name}`) ?? "null");
const keep = (name, what) => (what ? sessionStorage.setItem(`finding-${name}`, JSON.stringify(what)) : sessionStorage.removeItem(`finding-${name}`));
const shown = () => Number(document.getElementById("ticket")?.dataset.ticket ?? 0);
const searching = () => document.getElementById("inbox")?.dataset.searching === "yes";
const random = () => [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, "0")).join("");
let first = true;

function tell(opened) {
  keep("opened", null);
  const search = kept("search");
  if (search && search.key === opened.key) keep("search", { ...search, done: true });
  const { kind, key, ticket, found, ms } = opened;
  post(place.dataset.found, { kind, key, ticket: ticket || "", found, ms: ms ?? "" }, { keepalive: true }).catch(() => {});
}

// A ticket is on the screen: what one came for, or what one came back to.
function arrive() {
  const ticket = shown();
  const opened = kept("opened");
  if (opened && opened.found !== ticket) keep("opened", null);
  if (!ticket) {
    if (!searching() && document.getElementById("inbox")) keep("at", null);
    return;
  }
  keep("at", ticket);
  if (opened?.found !== ticket) keep("search", null);
  else setTimeout(() => kept("opened")?.key === opened.key && shown() === ticket && tell(kept("opened")), Math.max(0, STAYED - Date.now() + opened.at));
}

// The same words again soon are the same search, as long as it has led nowhere; other words go on from the same ticket.
function begun(words) {
  const before = kept("search");
  const open = before && !before.done && Date.now() - before.since < GIVEN_UP ? before : null;
  // A page that was loaded for it was asked for when its time begins.
  const since = first ? Math.max(Math.round(performance.timeOrigin), Date.now() - 60_000) : Date.now();
  const search = open?.words === words ? open : { key: random(), words, since, ticket: open ? open.ticket : kept("at") };
  keep("search", search);
  return search;
}

document.addEventListener("htmx:configRequest", (event) => {
  const form = event.target.closest?.("form[data-sought]");
  if (!form) return;
  const search = begun(form.elements.q.value);
  first = false;
  event.detail.parameters.key = search.key;
  event.detail.parameters.ticket = search.ticket ?? "";
});

document.addEventListener("click", (event) => {
  const link = event.target.closest?.('a[href*="/tickets/"]');
  const found = Number(/\/tickets\/(\d+)$/.exec(link?.pathname ?? "")?.[1] ?? 0);
  if (!found) return;
  const search = kept("search");
  let opened = null;
  if (link.closest("#rows") && searching()) {
    if (search && !search.done) opened = { kind: "search", key: search.key, ticket: search.ticket, ms: Date.now() - search.since };
  } else if (link.closest("#card, [data-card]") && found !== kept("at")) {
    opened = { kind: "card", key: random(), ticket: kept("at") };
  }
  if (!opened || opened.ms > GIVEN_UP) return;
  opened = { ...opened, found, at: Date.now() };
  // Into a page of its own: it is wanted, and this one stays where it is.
  if (event.ctrlKey || event.metaKey || event.shiftKey) tell(opened);
  else keep("opened", opened);
}, true);

if (place) {
  arrive();
  document.addEventListener("htmx:load", (event) => event.detail.elt.id === "ticket" && arrive());
}
