// The lasting address of a message: copied with a click, and opened wherever the message is now.

import { toast } from "./http.js";

function goTo(ticket) {
  const number = /^#message-(\d+)$/.exec(location.hash)?.[1];
  if (!number || !ticket?.dataset.ticket) return;
  const message = document.getElementById(`m${number}`);
  for (const other of document.querySelectorAll(".message.is-target")) other.classList.remove("is-target");
  if (!message) {
    // It was moved, or its ticket was merged: the server knows where it is.
    if (sessionStorage.getItem("sought") === number) return;
    sessionStorage.setItem("sought", number);
    location.replace(`/messages/${number}`);
    return;
  }
  sessionStorage.removeItem("sought");
  message.classList.add("is-target");
  const details = message.querySelector("details");
  if (details) details.open = true;
  const scroll = document.getElementById("ticket-scroll");
  scroll.scrollTop = message.offsetTop - scroll.offsetTop - 16;
  // The browser's own way to the place moves the whole window, of which only a part is to move.
  scrollTo(0, 0);
  if (document.readyState !== "complete") addEventListener("load", () => setTimeout(scrollTo, 50, 0, 0), { once: true });
}

document.addEventListener("click", async (event) => {
  const link = event.target.closest("[data-copy-link]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  history.replaceState(history.state, "", link.href);
  try {
    await navigator.clipboard.writeText(link.href);
    toast(link.dataset.copied);
  } catch {
    // No clipboard without HTTPS: the address bar has it now.
    toast(link.dataset.inBar);
  }
});

document.addEventListener("htmx:load", (event) => event.detail.elt.id === "ticket" && setTimeout(goTo, 0, event.detail.elt));
addEventListener("hashchange", () => goTo(document.getElementById("ticket")));
goTo(document.getElementById("ticket"));
