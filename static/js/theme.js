// Runs before the first paint, so that a page never flashes in the other theme.
(() => {
  const choice = localStorage.getItem("theme");
  const root = document.documentElement;
  root.dataset.theme = choice || "system";
  if (choice) root.dataset.bsTheme = choice;
})();
