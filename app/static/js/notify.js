// The bell, the mark in the tab's title and on its icon, and the browser's own notifications where they are wanted.
// On pages with live updates the news comes with them; elsewhere this asks by itself, now and then.

const bell = document.getElementById("bell");
const EVERY = 15000;
const WANTED = "desktop-notices";
let arrivals = 0;
let shown = "";

const unread = () => Number(bell?.querySelector(".bell-count").textContent) || 0;
const plain = () => document.title.replace(/^\(\d+\) /, "");
export const wanted = () => localStorage.getItem(WANTED) === "yes" && "Notification" in window && Notification.permission === "granted";

function mark() {
  const number = unread() || arrivals;
  const title = number ? `(${number}) ${plain()}` : plain();
  if (document.title !== title) document.title = title;
  const icon = document.querySelector('link[rel="icon"]');
  const state = number ? "marked" : "plain";
  if (!icon || shown === state) return;
  shown = state;
  icon.dataset.plain ??= icon.href;
  icon.href = number ? icon.dataset.marked || icon.href : icon.dataset.plain;
}

function ring(news) {
  bell.dataset.known = news.mark;
  bell.querySelector(".bell-count").textContent = news.unread || "";
  bell.dispatchEvent(new CustomEvent("app:rung", { bubbles: true }));
  mark();
  if (!news.new.length) return;
  const [newest] = news.new;
  document.getElementById("announcer").textContent = `${newest.text} · #${newest.ticket} ${newest.subject}`;
  if (document.hidden && wanted()) for (const one of news.new.slice(0, 3)) desktop(one);
}

// Tabs of the same browser show it once: the tag is the notice's own.
function desktop(one) {
  const key = `notice-${one.id}-${one.count}`;
  if (localStorage.getItem("last-notice") === key) return;
  localStorage.setItem("last-notice", key);
  const note = new Notification(one.text, { body: `#${one.ticket} ${one.subject}${one.about ? `\n${one.about}` : ""}`, tag: `notice-${one.id}`, silent: true });
  note.addEventListener("click", () => {
    window.focus();
    location.assign(one.url);
    note.close();
  });
}

async function ask() {
  try {
    const asked = new URLSearchParams({ only: "bell", bell: bell.dataset.known });
    const response = await fetch(`${bell.dataset.live}?${asked}`, { headers: { Accept: "application/json" }, credentials: "same-origin" });
    if (response.status === 200) ring(JSON.parse((await response.json()).bell));
  } catch {
    // Offline: the next time will do.
  }
}

// The switch on the page of settings: the browser asks for permission only after a click.
function start(holder) {
  const words = holder.dataset;
  const button = holder.querySelector("button");
  const state = holder.querySelector("[data-state]");
  const show = () => {
    const denied = "Notification" in window && Notification.permission === "denied";
    const none = !("Notification" in window);
    state.textContent = none ? words.none : denied ? words.denied : wanted() ? words.on : words.off;
    button.textContent = wanted() ? words.switchOff : words.switchOn;
    button.hidden = none || denied;
    button.setAttribute("aria-pressed", String(wanted()));
  };
  button.addEventListener("click", async () => {
    if (wanted()) localStorage.removeItem(WANTED);
    else if ((await Notification.requestPermission()) === "granted") localStorage.setItem(WANTED, "yes");
    show();
  });
  holder.hidden = false;
  show();
}

if (bell) {
  document.addEventListener("app:bell", (event) => ring(event.detail));
  document.addEventListener("app:arrivals", (event) => {
    arrivals = event.detail;
    mark();
  });
  document.addEventListener("htmx:afterSettle", mark);
  document.addEventListener("htmx:historyRestore", mark);
  if (!document.getElementById("inbox")) setInterval(ask, EVERY);
  for (const holder of document.querySelectorAll("[data-desktop-notices]")) start(holder);
  mark();
}
