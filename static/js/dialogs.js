// A link with data-dialog, and the role in a row, opens the question of its page in a dialog. Without this script, the page.
const box = document.getElementById("dialog");
let opener = null;

async function openDialog(link) {
  opener = link;
  try {
    await htmx.ajax("GET", link.href, { target: box, swap: "innerHTML", select: "#confirmation" });
  } catch {
    box.replaceChildren();
  }
  if (!box.firstElementChild) {
    location.assign(link.href);
    return;
  }
  link.closest("details.menu-host")?.removeAttribute("open");
  box.setAttribute("aria-labelledby", box.querySelector("h1, h2")?.id ?? "");
  box.showModal();
  const first = ["[autofocus]", "input:checked", "input:not([type=hidden]), [data-dialog-close]"];
  (first.map((what) => box.querySelector(what)).find(Boolean) ?? box).focus();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-dialog], a.role-control");
  if (link && box && !(event.ctrlKey || event.metaKey || event.shiftKey)) {
    event.preventDefault();
    openDialog(link);
  } else if (box?.open && (event.target === box || event.target.closest("[data-dialog-close]"))) {
    event.preventDefault();
    box.close();
  }
});

box?.addEventListener("close", () => {
  box.replaceChildren();
  (opener?.closest("details.menu-host")?.querySelector("summary") ?? opener)?.focus();
});
