// Where a name must be typed to confirm, the button waits until it matches. The server asks again.
function check(field) {
  const same = field.value.trim() === field.dataset.mustBe;
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
