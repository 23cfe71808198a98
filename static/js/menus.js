// An open menu closes on Escape, on a click outside, and when another one opens.
const open = () => document.querySelectorAll("details.menu-host[open]");

// A menu opens upwards where it would leave the window below and finds more room above.
function place(host) {
  const menu = host.querySelector(":scope > .menu");
  if (!menu || getComputedStyle(menu).position !== "absolute") return;
  menu.classList.remove("up");
  const { top, bottom } = host.getBoundingClientRect();
  const height = menu.getBoundingClientRect().height;
  menu.classList.toggle("up", bottom + height > innerHeight && top > innerHeight - bottom);
}

document.addEventListener(
  "toggle",
  (event) => {
    if (event.target.matches("details.menu-host[open]")) place(event.target);
  },
  true,
);
document.addEventListener("htmx:afterSettle", () => open().forEach(place)); // what was fetched is longer than what it replaces

document.addEventListener("click", (event) => {
  for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of open()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// Arrow keys walk through a menu's items.
document.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const menu = step && event.target.closest("details.menu-host[open]");
  if (!menu) return;
  const items = [...menu.querySelectorAll("a.menu-item, button.menu-item:not(:disabled)")];
  if (!items.length) return;
  event.preventDefault();
  const at = items.indexOf(document.activeElement);
  items[(at + step + items.length) % items.length].focus();
});
