// Trix writes into its field when it next draws. A busy machine draws late: whoever reads the field asks for what was
// typed last, and a form is never sent without it.

export const settle = (area) => area.editorController?.inputController?.render?.();

document.addEventListener("submit", (event) => event.target.querySelectorAll("trix-editor").forEach(settle), true);
