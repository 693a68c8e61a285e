// Beside the grid: a row with all that it holds, what a column holds, the menu of a column, copying.
"use strict";

const panel = $("#panel");
const menu = $("#column-menu");
const TAKES_TWO = "between";
const TAKES_NONE = ["empty", "filled"];
let shownRow = -1;

// ---- The panel -----------------------------------------------------------------------------------------------------

async function showInPanel(title, address) {
  const html = await (await ask(address)).text();
  panel.hidden = false;
  $("#panel-title").textContent = title;
  $("#panel-body").innerHTML = html; // The server's own fragment, in which values are escaped.
  $("#panel-title").focus();
}

async function showRow(index) {
  const row = blocks.row(index) || (await blocks.load(Math.floor(index / BLOCK)))?.[index % BLOCK];
  if (!row) return;
  shownRow = index;
  for (const button of ["#panel-previous", "#panel-next"]) $(button).hidden = false;
  const address = new URL(`${whole.dataset.rows}${row[0]}/`, location.href);
  await trying(() => showInPanel(`Row ${(index + 1).toLocaleString("en")}`, address));
  $("#panel-previous").disabled = index === 0;
  $("#panel-next").disabled = index === view.total - 1;
}

async function showColumn(column) {
  for (const button of ["#panel-previous", "#panel-next"]) $(button).hidden = true;
  const address = whole.dataset.columns.replace(/0\/$/, `${column.number}/`);
  await trying(() => showInPanel(column.name, `${address}?${wishes.query()}`));
}

function closePanel() {
  panel.hidden = true;
  grid.focus();
}

$("#panel-close").addEventListener("click", closePanel);
panel.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  event.stopPropagation();
  closePanel();
});
for (const [button, step] of [["#panel-previous", -1], ["#panel-next", 1]]) {
  $(button).addEventListener("click", async () => {
    activate(shownRow + step, view.active.at);
    await showRow(shownRow + step);
    if (!$(button).disabled) $(button).focus();
  });
}

// ---- The menu of a column ------------------------------------------------------------------------------------------

let menuColumn = null;

function openMenu(at) {
  const place = view.layout[at];
  if (!place || place.column.number === NUMBERS) return;
  menuColumn = place.column;
  $("#column-name").textContent = menuColumn.name;
  const isPinned = settings.pinned.includes(menuColumn.number);
  $("[data-do=pin]", menu).hidden = isNarrow.matches;
  $("[data-do=pin]", menu).textContent = isPinned ? "Unpin" : "Pin";
  const filter = wishes.filters.find(([number]) => number === menuColumn.number);
  const usual = ["number", "time"].includes(menuColumn.kind) ? TAKES_TWO : "contains";
  $("#filter-operator").value = filter ? filter[1] : usual;
  $("#filter-value").value = filter?.[2] ?? "";
  $("#filter-until").value = filter?.[3] ?? "";
  $("#filter-remove").hidden = !filter;
  $("#filter-error").textContent = "";
  showFields();
  menu.showModal();
  beside(document.getElementById(cellId(HEAD, at)));
  $("#column-name").focus();
}

function beside(header) {
  const box = (header || grid).getBoundingClientRect();
  menu.style.left = isNarrow.matches ? "" : `${Math.max(8, Math.min(box.left, innerWidth - menu.offsetWidth - 8))}px`;
  menu.style.top = isNarrow.matches ? "" : `${Math.max(8, Math.min(box.bottom, innerHeight - menu.offsetHeight - 8))}px`;
}

function showFields() {
  const operator = $("#filter-operator").value;
  $("#filter-first").hidden = TAKES_NONE.includes(operator);
  $("#filter-second").hidden = operator !== TAKES_TWO;
  $("#filter-first-name").textContent = operator === TAKES_TWO ? "From" : "Value";
}

$("#filter-operator").addEventListener("change", showFields);

$("#column-filter").addEventListener("submit", async (event) => {
  event.preventDefault();
  const others = wishes.filters.filter(([number]) => number !== menuColumn.number);
  const operator = $("#filter-operator").value;
  const values = TAKES_NONE.includes(operator) ? [] : [$("#filter-value").value];
  if (operator === TAKES_TWO) values.push($("#filter-until").value);
  const before = wishes.filters;
  wishes.filters = [...others, [menuColumn.number, operator, ...values]];
  try {
    await ask(`${whole.dataset.rows}?${wishes.query()}&count=1`);
  } catch (error) {
    wishes.filters = before;
    $("#filter-error").textContent = error.message;
    $("#filter-value").focus();
    return;
  }
  menu.close();
  result.changed();
});

$("#filter-remove").addEventListener("click", () => {
  menu.close();
  result.unfilter(menuColumn.number);
});

const ACTIONS = {
  up: (column) => result.sort(column.number, false),
  down: (column) => result.sort(column.number, true),
  unsorted: () => result.sort(null),
  statistics: showColumn,
  pin(column) {
    const isPinned = settings.pinned.includes(column.number);
    settings.pinned = isPinned ? settings.pinned.filter((number) => number !== column.number) : [...settings.pinned, column.number];
    result.arranged(`${column.name} is ${isPinned ? "not pinned any more" : "pinned"}`);
  },
  hide(column) {
    if (view.layout.length <= 2) return announce("The last column stays.");
    settings.hidden.push(column.number);
    result.arranged(`${column.name} is hidden`);
  },
};

menu.addEventListener("click", (event) => {
  if (event.target === menu) menu.close();
  const action = event.target.closest("[data-do]")?.dataset.do;
  if (action === "narrower" || action === "wider") return resize(menuColumn, action === "wider" ? 40 : -40);
  if (!action) return;
  menu.close();
  grid.focus();
  ACTIONS[action](menuColumn);
});

function resize(column, by) {
  const place = view.layout.find((one) => one.column.number === column.number);
  settings.widths[column.number] = Math.max(48, Math.min(1200, place.width + by));
  result.arranged();
}

// ---- Copying -------------------------------------------------------------------------------------------------------

async function copyMarked(form) {
  const range = marked();
  if (!range) return announce("No cells are marked.");
  const query = wishes.query();
  const places = view.layout.slice(range.left, range.right + 1);
  query.set("columns", places.map((place) => place.column.number).join(","));
  query.set("start", range.top);
  query.set("count", range.bottom - range.top + 1);
  query.set("form", form);
  if ($("#copy-names").checked) query.set("names", "1");
  await trying(async () => {
    const text = await (await ask(`${whole.dataset.copied}?${query}`)).text();
    const copied = navigator.clipboard ? await navigator.clipboard.writeText(text).then(() => true, () => false) : copyFromField(text);
    if (!copied) throw new Refusal("The browser did not let the page write to the clipboard.");
    const cells = (range.bottom - range.top + 1) * places.length;
    result.say(`${cells.toLocaleString("en")} cell${cells === 1 ? "" : "s"} copied`);
  });
}

for (const button of $$("[data-copy-as]")) {
  button.addEventListener("click", () => {
    $("#copy-menu").open = false;
    grid.focus();
    copyMarked(button.dataset.copyAs);
  });
}
$("#copy-names").checked = Boolean(memory.get("copy-names"));
$("#copy-names").addEventListener("change", () => memory.set("copy-names", $("#copy-names").checked ? "1" : ""));
