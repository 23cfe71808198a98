// The key / goes to the page's search field.
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable], dialog[open]")) return;
  const field = document.querySelector("[data-search], input[type=search]");
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.select();
});
