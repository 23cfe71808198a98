// People ticked in a table stay ticked from page to page. Without this script the bar is about one page.
const bar = () => document.getElementById("bulk");
const boxes = () => [...document.querySelectorAll('input[name="m"][form="bulk"]')];
const all = () => bar().elements.namedItem("all");
let last = null;

const key = () => `selection:${bar().dataset.of}`;

function kept() {
  try {
    const found = JSON.parse(sessionStorage.getItem(key())) ?? {};
    return { ids: new Set(found.ids ?? []), all: found.all ?? null };
  } catch {
    return { ids: new Set(), all: null };
  }
}

function keep(selection) {
  try {
    if (selection.ids.size || selection.all !== null)
      sessionStorage.setItem(key(), JSON.stringify({ ids: [...selection.ids], all: selection.all }));
    else sessionStorage.removeItem(key());
  } catch {
    // no storage: the selection is of this page
  }
}

// "Everyone who matches" is meant for the filters that were on; with others it is off again.
const query = () => bar().elements.namedItem("query").value;

function show(selection) {
  const everyone = selection.all === query();
  for (const box of boxes()) {
    box.checked = everyone || selection.ids.has(box.value);
    box.closest("tr")?.toggleAttribute("data-picked", box.checked);
  }
  all().checked = everyone;
  const number = everyone ? bar().dataset.matching : selection.ids.size;
  const words = everyone && !number ? "Everyone selected" : `${Number(number).toLocaleString("en")} selected`;
  const count = bar().querySelector("[data-count]");
  if (count.textContent !== words) count.textContent = words;
  bar().hidden = !everyone && !selection.ids.size;
  const head = headBox();
  if (!head) return;
  const ticked = boxes().filter((box) => box.checked).length;
  head.checked = ticked > 0 && ticked === boxes().length;
  head.indeterminate = ticked > 0 && !head.checked;
}

// The box of the table's head ticks the page; only a script can do that, so a script puts it there.
function headBox() {
  const head = document.querySelector(".data-table thead .pick");
  if (!head || !boxes().length) return null;
  if (!head.firstElementChild) {
    const box = document.createElement("input");
    box.type = "checkbox";
    box.className = "form-check-input";
    box.dataset.pickPage = "";
    box.setAttribute("aria-label", "Select everyone on this page");
    head.append(box);
  }
  return head.firstElementChild;
}

function change(then) {
  const selection = kept();
  then(selection);
  keep(selection);
  show(selection);
}

function clear() {
  change((selection) => {
    selection.ids.clear();
    selection.all = null;
  });
}

function tick(ids, on) {
  change((selection) => {
    if (selection.all !== null && !on) for (const box of boxes()) selection.ids.add(box.value);
    if (!on) selection.all = null;
    for (const id of ids) on ? selection.ids.add(id) : selection.ids.delete(id);
  });
}

document.addEventListener("click", (event) => {
  if (!bar()) return;
  const box = event.target;
  if (box.closest("[data-clear]")) {
    clear();
    document.getElementById("content")?.focus({ preventScroll: true });
  } else if (box.matches("[data-pick-page]")) {
    tick(boxes().map((one) => one.value), box.checked);
  } else if (box.matches('input[name="m"][form="bulk"]')) {
    const row = boxes();
    const [from, to] = [row.indexOf(last ?? box), row.indexOf(box)].sort((one, two) => one - two);
    const range = event.shiftKey && from >= 0 ? row.slice(from, to + 1) : [box];
    tick(range.map((one) => one.value), box.checked);
    last = box;
  } else if (box === all()) {
    change((selection) => {
      selection.all = box.checked ? query() : null;
    });
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !bar() || bar().hidden) return;
  if (event.target.closest("dialog[open], details[open], [popover]") || document.querySelector("dialog[open]")) return;
  clear();
});

// What is ticked on other pages is sent along in one field.
document.addEventListener("submit", (event) => {
  if (event.target !== bar() || all().checked) return;
  const here = new Set(boxes().map((box) => box.value));
  const others = [...kept().ids].filter((id) => !here.has(id));
  bar().querySelector("[data-others]")?.remove();
  if (!others.length) return;
  const field = document.createElement("input");
  Object.assign(field, { type: "hidden", name: "m", value: others.join(",") });
  field.dataset.others = "";
  bar().append(field);
});

function begin() {
  if (!bar()) return;
  if (document.querySelector(".answer-line.success")) keep({ ids: new Set(), all: null });
  last = null;
  show(kept());
}

begin();
document.addEventListener("htmx:afterSettle", begin);
addEventListener("pageshow", (event) => event.persisted && begin());
