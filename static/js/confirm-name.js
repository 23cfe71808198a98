// Where a name must be typed to confirm, the button waits until it matches. The server asks again.
// However the keyboard makes é, however many spaces are between, and without the joiners that nobody sees.
function asTyped(text) {
  return text.replace(/[\u200c\u200d]/g, "").normalize("NFC").replace(/\s+/g, " ").trim();
}

function check(field) {
  const same = asTyped(field.value) === asTyped(field.dataset.mustBe);
  const button = field.form?.querySelector("button[type=submit]");
  if (button) button.disabled = !same;
}

document.addEventListener("input", (event) => {
  if (event.target.matches("[data-must-be]")) check(event.target);
});

function checkAll() {
  document.querySelectorAll("[data-must-be]").forEach(check);
}

checkAll();
document.addEventListener("htmx:afterSettle", checkAll);
