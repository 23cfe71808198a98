// The answer to a change can be dismissed.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-dismiss]");
  if (!button) return;
  button.closest(".answer-line").remove();
  document.getElementById("content")?.focus({ preventScroll: true });
});

// Undo is offered for as long as the server takes it.
function watch(form) {
  const left = Date.parse(form.dataset.undoUntil) - Date.now();
  form.dataset.watched = "";
  if (left <= 0) form.hidden = true;
  else setTimeout(() => (form.hidden = true), left);
}

function watchAll() {
  document.querySelectorAll("[data-undo-until]:not([data-watched])").forEach(watch);
}

watchAll();
document.addEventListener("htmx:afterSettle", watchAll);
