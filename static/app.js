// On every page: colours, menus, dialogs, copying, sorting. What only the chat needs is in chat.js.
"use strict";

const $ = (selector, within = document) => within.querySelector(selector);
const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
const root = document.documentElement;

const memory = {
  get(key) {
    try { return localStorage.getItem(key) || ""; } catch { return ""; }
  },
  set(key, value) {
    try { value ? localStorage.setItem(key, value) : localStorage.removeItem(key); } catch { /* private window */ }
  },
};

function announce(text) {
  $("#announcer").textContent = text;
}

// ---- Arriving ------------------------------------------------------------------------------------------------------

// A form that was refused: to the first field that is wrong. A narrow row of tabs: to the one that is open.
$("[aria-invalid=true]")?.focus();
for (const tab of $$(".tabs [aria-current]")) {
  const row = tab.parentElement;
  row.scrollLeft += Math.max(0, tab.getBoundingClientRect().right - row.getBoundingClientRect().right);
}

// What was done too often is said; all else on the page stays as it is.
document.addEventListener("htmx:responseError", (event) => {
  const { status, responseText } = event.detail.xhr;
  if (status !== 429 || !$("main")) return;
  const said = $("#refused") || Object.assign(document.createElement("p"), { id: "refused", className: "message warning", role: "alert" });
  said.textContent = responseText;
  ($("#ask-error") || $("main").firstElementChild).before(said);
});

// ---- Colours -------------------------------------------------------------------------------------------------------

for (const choice of $$('input[name="theme"]')) {
  choice.checked = choice.value === (memory.get("theme") || "system");
  choice.addEventListener("change", () => {
    const theme = choice.value === "system" ? "" : choice.value;
    memory.set("theme", theme);
    theme ? (root.dataset.theme = theme) : delete root.dataset.theme;
  });
}

// ---- Clicks and menus ----------------------------------------------------------------------------------------------

document.addEventListener("click", (event) => {
  for (const menu of $$(".menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  const button = event.target.closest("button");
  if (!button) return;
  const { open, copy } = button.dataset;
  if (open) $("#" + open).showModal();
  if ("close" in button.dataset) button.closest("dialog")?.close();
  if (copy) copyText(button, $("#" + copy).textContent);
  if ("sort" in button.dataset) sortBy(button.closest("th"));
});

// What else the key would do on a page waits until no menu is open.
document.addEventListener("keydown", (event) => {
  const menu = $(".menu[open]");
  if (event.key !== "Escape" || !menu) return;
  event.stopImmediatePropagation();
  menu.open = false;
  $("summary", menu).focus();
});

async function copyText(button, text) {
  const copied = navigator.clipboard ? await navigator.clipboard.writeText(text).then(() => true, () => false)
    : copyFromField(text);
  const label = $("span", button);
  label.textContent = copied ? "Copied" : "Press Ctrl+C";
  announce(label.textContent);
  setTimeout(() => { label.textContent = "Copy"; }, 1500);
}

// Without HTTPS there is no clipboard API.
function copyFromField(text) {
  const field = document.createElement("textarea");
  const focused = document.activeElement;
  field.value = text;
  document.body.append(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  focused?.focus();
  return copied;
}

// ---- Tables --------------------------------------------------------------------------------------------------------

// A number in the signs of whoever looks.
function plainNumber(text) {
  const { thousands = ",", decimal = "." } = root.dataset;
  return Number.parseFloat(text.replaceAll(thousands || ",", "").replace(decimal, "."));
}

function sortBy(header) {
  const table = header.closest("table");
  const numeric = header.classList.contains("number");
  const before = header.getAttribute("aria-sort");
  const descending = before ? before === "ascending" : numeric;
  const value = (cell) => (numeric ? (cell.title ? Number.parseFloat(cell.title.replaceAll(",", "")) : plainNumber(cell.textContent))
    : ($(".long p", cell) || cell).textContent);
  const rows = [...table.tBodies[0].rows].map((row) => {
    const cell = row.cells[header.cellIndex];
    return { row, empty: cell.classList.contains("null"), key: value(cell) };
  });
  const collator = new Intl.Collator(undefined, { numeric: true });
  rows.sort((a, b) => a.empty - b.empty
    || (numeric ? a.key - b.key : collator.compare(a.key, b.key)) * (descending ? -1 : 1) || 0);
  table.tBodies[0].append(...rows.map(({ row }) => row));
  for (const other of $$("th", table)) other.removeAttribute("aria-sort");
  header.setAttribute("aria-sort", descending ? "descending" : "ascending");
  announce(`Sorted by ${header.textContent.trim()}, ${descending ? "descending" : "ascending"}`
    + ("partial" in table.dataset ? ", among the rows shown" : ""));
}
