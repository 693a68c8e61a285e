// The grid: draws the rows and columns that are in sight, and nothing else. The focus stays on the grid itself, which
// names the cell that is active: rows come and go, the focus does not.
"use strict";

const NUMBERS = -1; // The column of row numbers.
const HEAD = -1; // The row of the columns' names.
const OVERSCAN = 6;

const grid = $("#grid");
const head = $("#grid-head");
const body = $("#grid-body");
const isNarrow = matchMedia("(max-width: 700px)");

const view = {
  columns: [], // As the server describes them, each with its number.
  total: 0,
  layout: [], // { column, width, left, pinned }: what is shown, in its order; row numbers first.
  width: 0,
  active: { row: HEAD, at: 1 }, // `at` is a place in the layout.
  anchor: null,
  drawn: new Map(),
};
let blocks;

const rowHeight = () => (isNarrow.matches ? 36 : 28);
const cellId = (row, at) => `cell-${row}-${at}`;

// ---- Columns -------------------------------------------------------------------------------------------------------

const settings = {
  key: "",
  widths: {},
  hidden: [],
  pinned: [],
  load(columns) {
    const names = columns.map((column) => column.name).join("\u0000");
    let hash = 0;
    for (const letter of names) hash = (hash * 31 + letter.codePointAt(0)) | 0;
    this.key = `grid-${whole.dataset.connection}-${columns.length}-${hash}`;
    try {
      const { widths = {}, hidden = [], pinned = [] } = JSON.parse(memory.get(this.key) || "{}");
      Object.assign(this, { widths, hidden, pinned });
    } catch { /* written by another version */ }
  },
  save() {
    const { widths, hidden, pinned } = this;
    const isPlain = !hidden.length && !pinned.length && !Object.keys(widths).length;
    memory.set(this.key, isPlain ? "" : JSON.stringify({ widths, hidden, pinned }));
  },
};

function usualWidth(column) {
  const letters = Math.max(column.name.length + 5.5, Math.min(column.width, 44));
  return Math.max(72, Math.min(360, Math.round(letters * 7.6) + 24));
}

function arrange() {
  const shown = view.columns.filter((column) => !settings.hidden.includes(column.number));
  const isPinned = (column) => !isNarrow.matches && settings.pinned.includes(column.number);
  const ordered = [...shown.filter(isPinned), ...shown.filter((column) => !isPinned(column))];
  const numbers = { number: NUMBERS, name: "Row", kind: "number" };
  let left = 0;
  view.layout = [numbers, ...ordered].map((column) => {
    const width = column.number === NUMBERS ? 24 + 8 * Math.max(3, String(view.total).length)
      : settings.widths[column.number] || usualWidth(column);
    const place = { column, width, left, pinned: column.number === NUMBERS || isPinned(column) };
    left += width;
    return place;
  });
  view.width = left;
  view.active.at = Math.min(view.active.at, view.layout.length - 1);
  grid.setAttribute("aria-colcount", view.layout.length);
  redraw();
}

const pinnedWidth = () => view.layout.filter((place) => place.pinned).reduce((sum, place) => sum + place.width, 0);

// Places in sight, the pinned ones included.
function inSight() {
  const from = grid.scrollLeft + pinnedWidth();
  const to = grid.scrollLeft + grid.clientWidth;
  const places = [];
  view.layout.forEach((place, at) => {
    if (place.pinned || (place.left + place.width > from - 120 && place.left < to + 120)) places.push(at);
  });
  return places;
}

// ---- Drawing -------------------------------------------------------------------------------------------------------

function redraw() {
  for (const row of view.drawn.values()) row.remove();
  view.drawn.clear();
  view.places = inSight();
  drawHead();
  draw();
}

function drawHead() {
  head.style.width = `${view.width}px`;
  head.replaceChildren(...cellsOf(view.places, headCell));
}

function draw() {
  const height = rowHeight();
  body.style.height = `${view.total * height}px`;
  body.style.width = `${view.width}px`;
  grid.setAttribute("aria-rowcount", view.total + 1);
  const first = Math.max(0, Math.floor(grid.scrollTop / height) - OVERSCAN);
  const last = Math.min(view.total - 1, Math.ceil((grid.scrollTop + grid.clientHeight) / height) + OVERSCAN);
  for (const [index, row] of view.drawn) {
    if (index < first || index > last) {
      row.remove();
      view.drawn.delete(index);
    }
  }
  const fresh = document.createDocumentFragment();
  for (let index = first; index <= last; index += 1) {
    if (!view.drawn.has(index)) fresh.append(drawnRow(index, height));
  }
  body.append(fresh);
  if (last >= first) blocks.want(first, last);
  mark();
}

function drawnRow(index, height) {
  const row = document.createElement("div");
  const cells = blocks.row(index);
  row.setAttribute("role", "row");
  row.setAttribute("aria-rowindex", index + 2);
  row.className = cells ? "grid-row" : "grid-row pending";
  row.style.transform = `translateY(${index * height}px)`;
  row.style.height = `${height}px`;
  row.style.width = `${view.width}px`;
  row.append(...cellsOf(view.places, (place, at) => bodyCell(place, at, index, cells)));
  view.drawn.set(index, row);
  return row;
}

// With room in place of the columns that are left out.
function cellsOf(places, make) {
  const cells = [];
  let end = 0;
  for (const at of places) {
    const place = view.layout[at];
    if (place.left > end) {
      const room = document.createElement("div");
      room.setAttribute("role", "none");
      room.style.width = `${place.left - end}px`;
      room.className = "room";
      cells.push(room);
    }
    const cell = make(place, at);
    cell.style.width = `${place.width}px`;
    cell.setAttribute("aria-colindex", at + 1);
    if (place.pinned) {
      cell.classList.add("pinned");
      cell.style.left = `${place.left}px`;
    }
    cells.push(cell);
    end = place.left + place.width;
  }
  return cells;
}

function bodyCell(place, at, index, cells) {
  const cell = document.createElement("div");
  cell.id = cellId(index, at);
  cell.dataset.at = at;
  cell.dataset.row = index;
  if (place.column.number === NUMBERS) {
    cell.setAttribute("role", "rowheader");
    cell.className = "grid-cell numbers number";
    cell.textContent = (index + 1).toLocaleString("en");
    return cell;
  }
  cell.setAttribute("role", "gridcell");
  const value = cells?.[1][place.column.number];
  const usual = { number: "number", time: "time" }[place.column.kind] || "text";
  const [text, kind, more] = Array.isArray(value) ? value : [value ?? "", usual];
  cell.className = `grid-cell ${kind}${usual === "number" && kind === "null" ? " number" : ""}`;
  cell.textContent = kind === "empty" ? "empty" : text;
  if (more || text.length > 40) cell.title = text;
  return cell;
}

function headCell({ column }, at) {
  const cell = document.createElement("div");
  cell.id = cellId(HEAD, at);
  cell.dataset.at = at;
  cell.dataset.row = HEAD;
  cell.setAttribute("role", "columnheader");
  cell.className = `grid-cell head${column.kind === "number" ? " number" : ""}`;
  const name = Object.assign(document.createElement("span"), { className: "name", textContent: column.number === NUMBERS ? "" : column.name });
  if (column.number === NUMBERS) cell.setAttribute("aria-label", "Row");
  cell.append(name);
  if (column.number === NUMBERS) return cell;
  cell.title = column.type ? `${column.name}, ${column.type}` : column.name;
  const sort = wishes.sorts.findIndex(([number]) => number === column.number);
  if (sort >= 0) {
    const down = wishes.sorts[sort][1];
    cell.setAttribute("aria-sort", down ? "descending" : "ascending");
    cell.append(sign(down ? "↓" : "↑", "sorted"));
  }
  if (wishes.filters.some(([number]) => number === column.number)) cell.classList.add("filtered");
  cell.append(sign("⋯", "more"), sign("", "grip"));
  return cell;
}

function sign(text, className) {
  const made = Object.assign(document.createElement("span"), { className, textContent: text });
  made.setAttribute("aria-hidden", "true");
  return made;
}

// ---- What is marked ------------------------------------------------------------------------------------------------

// Rows and places from … to, without the head; null where only a head is active.
function marked() {
  const { active, anchor } = view;
  if (active.row === HEAD) return null;
  const other = anchor || active;
  const [top, bottom] = [Math.min(active.row, other.row), Math.max(active.row, other.row)];
  let [left, right] = [Math.min(active.at, other.at), Math.max(active.at, other.at)];
  if (left === 0) [left, right] = [1, view.layout.length - 1]; // By its number: the whole row.
  return { top: Math.max(0, top), bottom, left, right };
}

function mark() {
  const range = marked();
  for (const [index, row] of view.drawn) {
    const inRows = range && index >= range.top && index <= range.bottom;
    for (const cell of row.children) {
      if (!cell.id) continue;
      const at = Number(cell.dataset.at);
      const isMarked = inRows && at >= range.left && at <= range.right;
      if (at > 0) cell.setAttribute("aria-selected", isMarked ? "true" : "false");
      cell.classList.toggle("active", index === view.active.row && at === view.active.at);
    }
  }
  for (const cell of head.children) cell.classList.toggle("active", view.active.row === HEAD && Number(cell.dataset.at) === view.active.at);
  const active = document.getElementById(cellId(view.active.row, view.active.at));
  active ? grid.setAttribute("aria-activedescendant", active.id) : grid.removeAttribute("aria-activedescendant");
  $("#copy-what").textContent = range ? `${((range.bottom - range.top + 1) * (range.right - range.left + 1)).toLocaleString("en")} marked cell(s)` : "No cells are marked";
}

function activate(row, at, extend = false) {
  row = Math.max(HEAD, Math.min(view.total - 1, row));
  at = Math.max(0, Math.min(view.layout.length - 1, at));
  if (extend && row !== HEAD) view.anchor = view.anchor || { ...view.active, row: Math.max(0, view.active.row) };
  else view.anchor = null;
  view.active = { row, at };
  reveal();
  mark();
}

function reveal() {
  const { row, at } = view.active;
  const height = rowHeight();
  const place = view.layout[at];
  const room = grid.clientHeight - head.offsetHeight;
  if (row >= 0 && row * height < grid.scrollTop) grid.scrollTop = row * height;
  else if (row >= 0 && (row + 1) * height > grid.scrollTop + room) grid.scrollTop = (row + 1) * height - room;
  if (!place.pinned) {
    const from = grid.scrollLeft + pinnedWidth();
    if (place.left < from) grid.scrollLeft -= from - place.left;
    else if (place.left + place.width > grid.scrollLeft + grid.clientWidth) grid.scrollLeft = place.left + place.width - grid.clientWidth;
  }
  followScroll();
}

function followScroll() {
  const places = inSight();
  places.join() === view.places?.join() ? draw() : redraw();
}

let isDrawing = false;
grid.addEventListener("scroll", () => {
  if (isDrawing) return;
  isDrawing = true;
  requestAnimationFrame(() => {
    isDrawing = false;
    followScroll();
  });
}, { passive: true });
new ResizeObserver(() => view.layout.length && followScroll()).observe(grid);
isNarrow.addEventListener("change", () => view.layout.length && arrange());
