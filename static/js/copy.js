// A button with data-copy puts the value of that field on the clipboard, and says so for a moment.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copy);
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    return; // not allowed here: the value stays selected, to be copied by hand
  }
  const words = button.querySelector("span");
  words.textContent = "Copied";
  setTimeout(() => (words.textContent = "Copy"), 2000);
});
