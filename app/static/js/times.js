// "5 min" stays true while a page is open.

const words = document.body.dataset;

function wording(at) {
  const seconds = (Date.now() - at) / 1000;
  if (seconds < 60) return words.timeNow;
  if (seconds < 3600) return words.timeMinutes.replace("{n}", Math.floor(seconds / 60));
  if (seconds < 86400) return words.timeHours.replace("{n}", Math.floor(seconds / 3600));
  return null;
}

// Until when something was promised: what is left, or how late it is.
function left(at) {
  const seconds = (at - Date.now()) / 1000;
  const minutes = Math.max(1, Math.floor(Math.abs(seconds) / 60));
  const [text, n] = minutes < 60 ? [words.timeMinutes, minutes] : minutes < 2880 ? [words.timeHours, Math.floor(minutes / 60)] : [words.timeDays, Math.floor(minutes / 1440)];
  return [(seconds > 0 ? words.timeDue : words.timeLate).replace("{t}", text.replace("{n}", n)), seconds <= 0 ? "chip-bad" : seconds <= 3600 ? "chip-warn" : "chip-plain"];
}

function refreshDue() {
  for (const time of document.querySelectorAll("time[data-due]")) {
    const [text, tone] = left(Date.parse(time.dateTime));
    if (time.textContent !== text) time.textContent = text;
    const chip = time.closest(".chip");
    if (chip && !chip.classList.contains(tone)) {
      chip.classList.remove("chip-bad", "chip-warn", "chip-plain");
      chip.classList.add(tone);
    }
  }
}

function refresh() {
  refreshDue();
  for (const time of document.querySelectorAll("time[data-relative]")) {
    const text = wording(Date.parse(time.dateTime));
    if (text !== null && time.textContent !== text) time.textContent = text;
  }
}

setInterval(() => document.hidden || refresh(), 20000);
document.addEventListener("visibilitychange", () => document.hidden || refresh());
