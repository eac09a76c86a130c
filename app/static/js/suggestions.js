// An answer goes into the editor by click or key, with its variables filled; what could not be filled is marked.

import { markMissing, openComposer } from "./editor.js";
import { post, toast } from "./http.js";

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-insert]");
  if (!form) return;
  event.preventDefault();
  try {
    const fields = { message_id: form.querySelector('[name="message_id"]').value };
    const answer = await post(form.getAttribute("action"), fields);
    const area = await openComposer("reply");
    const text = area.editor.getDocument().toString();
    if (text.trim() && document.activeElement !== area) area.editor.setSelectedRange([text.length - 1, text.length - 1]);
    area.editor.insertHTML(markMissing(answer.html));
    noteArticle(answer.article_id);
    form.closest(".suggest").classList.add("is-used");
    form.closest(".suggest").querySelector("details").open = false;
  } catch (error) {
    toast(error.message);
  }
});

function noteArticle(id) {
  const field = document.querySelector('#form-reply [name="article_ids"]');
  const ids = new Set(field.value.split(",").filter(Boolean).concat(String(id)));
  field.value = [...ids].join(",");
}
