// The theme button goes from the system's theme to light, to dark, and back.
const ORDER = ["system", "light", "dark"];
const WORDS = { system: "as the system", light: "light", dark: "dark" };
const root = document.documentElement;
const button = document.querySelector("[data-theme-switch]");

function show(theme) {
  root.dataset.theme = theme;
  if (theme === "system") delete root.dataset.bsTheme;
  else root.dataset.bsTheme = theme;
  button.setAttribute("aria-label", `Theme: ${WORDS[theme]}`);
}

if (button) {
  show(root.dataset.theme);
  button.addEventListener("click", () => {
    const next = ORDER[(ORDER.indexOf(root.dataset.theme) + 1) % ORDER.length];
    if (next === "system") localStorage.removeItem("theme");
    else localStorage.setItem("theme", next);
    show(next);
  });
}
