// "5 min" stays true while a page is open.

const words = document.body.dataset;

function wording(at) {
  const seconds = (Date.now() - at) / 1000;
  if (seconds < 60) return words.timeNow;
  if (seconds < 3600) return words.timeMinutes.replace("{n}", Math.floor(seconds / 60));
  if (seconds < 86400) return words.timeHours.replace("{n}", Math.floor(seconds / 3600));
  return null;
}

function refresh() {
  for (const time of document.querySelectorAll("time[data-relative]")) {
    const text = wording(Date.parse(time.dateTime));
    if (text !== null && time.textContent !== text) time.textContent = text;
  }
}

setInterval(() => document.hidden || refresh(), 20000);
document.addEventListener("visibilitychange", () => document.hidden || refresh());
