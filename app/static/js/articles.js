// "/" at the beginning of a line looks for an article: the list narrows as one types, Enter puts it in its place.

import { markMissing } from "./editor.js";
import { post, toast } from "./http.js";
import { noteArticle } from "./merge.js";
import { takeFiles } from "./uploads.js";

const SOON = 120;
let number = 0;

export function offerArticles(form, area) {
  if (!form.dataset.articles) return;
  const list = document.createElement("ul");
  list.className = "article-list";
  list.id = `articles-${(number += 1)}`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", form.dataset.foundArticles);
  list.hidden = true;
  form.querySelector("[data-editor-place]").append(list);
  area.setAttribute("aria-controls", list.id);
  let line = null;
  let dismissed = -1;
  let chosen = 0;
  let timer = null;
  let asked = "";
  let typedAt = 0;

  const options = () => [...list.querySelectorAll("[role=option]")];

  function close() {
    clearTimeout(timer);
    line = null;
    asked = "";
    list.hidden = true;
    list.replaceChildren();
    area.removeAttribute("aria-activedescendant");
  }

  // The line the caret is in, where it begins with "/".
  function slashLine() {
    const [from, to] = area.editor.getSelectedRange();
    if (from !== to) return null;
    const text = area.editor.getDocument().toString();
    const begin = text.lastIndexOf("\n", from - 1) + 1;
    const typed = text.slice(begin, from);
    return typed.startsWith("/") && typed.length <= 80 && !typed.includes("//") ? { begin, end: from, words: typed.slice(1) } : null;
  }

  // Only typing opens the list: a line that is there already asks for nothing.
  function look() {
    if (!line && Date.now() - typedAt > 1000) return;
    const found = slashLine();
    if (!found || found.begin === dismissed) {
      if (!found) dismissed = -1;
      return close();
    }
    line = found;
    clearTimeout(timer);
    timer = setTimeout(search, SOON);
  }

  async function search() {
    const words = line?.words ?? "";
    if (asked === words && !list.hidden) return;
    asked = words;
    try {
      const response = await fetch(`${form.dataset.articles}?${new URLSearchParams({ q: words })}`, { headers: { Accept: "application/json" }, credentials: "same-origin" });
      if (!response.ok) return;
      const articles = await response.json();
      if (line && line.words === words) show(articles);
    } catch {
      close();
    }
  }

  function show(articles) {
    list.replaceChildren(...articles.map(option));
    if (!articles.length) {
      const none = document.createElement("li");
      none.className = "article-none";
      none.textContent = form.dataset.noArticles;
      list.append(none);
    }
    list.hidden = false;
    stand();
    choose(0);
  }

  // Below the line that is being typed, or above it where the screen ends.
  function stand() {
    const place = list.parentElement.getBoundingClientRect();
    const caret = area.editor.getClientRectAtPosition(line.begin) ?? area.getBoundingClientRect();
    const below = innerHeight - caret.bottom > list.offsetHeight + 80;
    list.style.top = below ? `${caret.bottom - place.top + 6}px` : "auto";
    list.style.bottom = below ? "auto" : `${place.bottom - caret.top + 6}px`;
  }

  function option(article, index) {
    const item = document.createElement("li");
    item.id = `${list.id}-${index}`;
    item.dataset.article = article.id;
    item.setAttribute("role", "option");
    const title = document.createElement("strong");
    title.textContent = article.title;
    const text = document.createElement("span");
    text.textContent = article.text;
    item.append(title, text);
    item.addEventListener("mousedown", (event) => {
      event.preventDefault();
      insert(item);
    });
    return item;
  }

  function choose(index) {
    const all = options();
    if (!all.length) return area.removeAttribute("aria-activedescendant");
    chosen = (index + all.length) % all.length;
    all.forEach((one, at) => one.setAttribute("aria-selected", String(at === chosen)));
    area.setAttribute("aria-activedescendant", all[chosen].id);
    // Within the list alone: the page stays where it is.
    list.scrollTop = Math.min(Math.max(list.scrollTop, all[chosen].offsetTop + all[chosen].offsetHeight - list.clientHeight), all[chosen].offsetTop);
  }

  async function insert(item) {
    const { begin } = line;
    const end = area.editor.getSelectedRange()[0];
    close();
    try {
      const answer = await post(`${form.dataset.articles}/${item.dataset.article}`, {});
      area.editor.setSelectedRange([begin, end]);
      area.editor.insertHTML(markMissing(answer.html));
      noteArticle(form, answer.article_id);
      area.focus();
      if (answer.files?.length) await takeFiles(form, answer.copy);
    } catch (error) {
      toast(error.message);
    }
  }

  for (const kind of ["beforeinput", "input"]) area.addEventListener(kind, () => { typedAt = Date.now(); });
  area.addEventListener("trix-change", look);
  area.addEventListener("trix-selection-change", look);
  area.addEventListener("blur", () => setTimeout(() => document.activeElement !== area && close(), 150));
  // Before Trix and before the keys of the page.
  area.addEventListener("keydown", (event) => {
    if (!line || event.ctrlKey || event.metaKey || event.altKey) return;
    const item = options()[chosen];
    if (list.hidden && event.code !== "Escape") return;
    if (event.code === "ArrowDown") choose(chosen + 1);
    else if (event.code === "ArrowUp") choose(chosen - 1);
    else if ((event.code === "Enter" || event.code === "Tab") && item) insert(item);
    else if (event.code === "Escape") {
      dismissed = line?.begin ?? -1;
      close();
    } else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
}
