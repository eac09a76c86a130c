// Formatted text that is pasted carries styles, which the content policy refuses wherever a page reads them: they are
// taken out before the editor sees them. What they meant (bold, italic, struck out) stays, as elements.

const STYLED = /<style\b|[\s"'/]style\s*=/i;
const SHEETS = /<style\b[^>]*>[\s\S]*?(?:<\/style\s*>|$)/gi;
const TAGS = /<[a-z][^<>"']*(?:"[^"]*"[^<>"']*|'[^']*'[^<>"']*)*>/gi;
// What is quoted is a value, and stays.
const ATTRIBUTES = /"[^"]*"|'[^']*'|(?<![\w-])style(?=\s*=)/gi;
const MEANT = [
  ["strong", /(?:^|;)\s*font-weight\s*:\s*(?:bold|bolder|[6-9]\d\d)\b/i],
  ["em", /(?:^|;)\s*font-style\s*:\s*(?:italic|oblique)/i],
  ["del", /(?:^|;)\s*text-decoration(?:-line)?\s*:[^;]*line-through/i],
];
const PLAIN = /(?:^|;)\s*font-weight\s*:\s*(?:normal|lighter|[1-5]\d\d)\b/i;

// Some word processors wrap all they copy in a <b> that says it is not bold, or say of a heading that it is bold.
function mean(element, style) {
  const { ownerDocument: page, localName } = element;
  if (/^(?:b|strong)$/.test(localName) && PLAIN.test(style)) return element.replaceWith(...element.childNodes);
  if (/^(?:h\d|b|strong|i|em|del|s|table|tbody|tr|ul|ol|body)$/.test(localName) || !element.textContent.trim()) return;
  for (const [name, pattern] of MEANT) {
    if (!pattern.test(style)) continue;
    const inside = page.createElement(name);
    inside.append(...element.childNodes);
    element.append(inside);
  }
}

export function withoutStyles(html) {
  const renamed = html.replace(SHEETS, "").replace(TAGS, (tag) => tag.replace(ATTRIBUTES, (part) => (/^["']/.test(part) ? part : "data-styled")));
  const page = new DOMParser().parseFromString(renamed, "text/html");
  // Innermost first: what goes round many paragraphs is said to each of them by the browser that copied them.
  for (const element of [...page.querySelectorAll("[data-styled]")].reverse()) {
    const style = element.dataset.styled;
    element.removeAttribute("data-styled");
    if (!element.querySelector("p, div, li, td, h1, h2, h3, blockquote")) mean(element, style);
    else if (PLAIN.test(style) && /^(?:b|strong)$/.test(element.localName)) element.replaceWith(...element.childNodes);
  }
  return page.body.innerHTML;
}

document.addEventListener("paste", (event) => {
  const area = event.target.closest?.("trix-editor");
  const html = area && event.clipboardData?.getData("text/html");
  if (!html || !STYLED.test(html)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  area.editor.recordUndoEntry("Paste");
  area.editor.insertHTML(withoutStyles(html));
}, true);
