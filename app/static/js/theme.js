// The theme is the agent's setting and comes with the page; a change in the form shows at once.

document.addEventListener("change", (event) => {
  if (event.target.name === "theme") document.documentElement.dataset.theme = event.target.value;
});
