// "More" in a row is a link; with scripts it becomes a menu that is fetched when it is opened (menus.js does the rest).
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a.more-link");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const host = document.createElement("details");
  host.className = "menu-host";
  const summary = document.createElement("summary");
  summary.className = "more-link";
  summary.setAttribute("aria-label", link.getAttribute("aria-label"));
  const menu = document.createElement("div");
  menu.className = "menu right";
  host.append(summary, menu);
  try {
    await htmx.ajax("GET", link.dataset.menu ?? `${link.href}menu/`, { target: menu, source: link, swap: "innerHTML" });
  } catch {
    menu.replaceChildren();
  }
  if (!menu.firstElementChild) {
    location.assign(link.href);
    return;
  }
  link.replaceWith(host);
  htmx.process(menu);
  host.open = true;
  summary.focus();
});
