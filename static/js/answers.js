// The answer to a change can be dismissed.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-dismiss]");
  if (!button) return;
  button.closest(".answer-line").remove();
  document.getElementById("content")?.focus({ preventScroll: true });
});
