// A passkey that was cancelled or is not there is said beside the button, not only in the console.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const said = document.querySelector("[data-passkey-failed]");
  if (said) said.hidden = false;
});
