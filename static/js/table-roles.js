// On a phone the rows of a table are laid out as grids, and some browsers then forget that they are a table.
const narrow = matchMedia("(max-width: 767px)");

function say() {
  if (!narrow.matches) return;
  for (const table of document.querySelectorAll("table.rows")) {
    table.setAttribute("role", "table");
    for (const body of table.tBodies) body.setAttribute("role", "rowgroup");
    for (const row of table.rows) {
      row.setAttribute("role", "row");
      for (const cell of row.cells) cell.setAttribute("role", cell.tagName === "TH" ? "columnheader" : "cell");
    }
  }
}

say();
narrow.addEventListener("change", say);
document.addEventListener("htmx:afterSettle", say);
