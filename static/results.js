// A whole result: brings the grid, its panels and the tools above it together.
"use strict";

const FILTER_WORDS = { contains: "contains", is: "is", isnot: "is not", between: "is from", empty: "is empty", filled: "is not empty" };

const result = {
  facts: null,

  described(facts) {
    this.facts = facts;
    view.columns = facts.columns.map((column, number) => ({ ...column, number }));
    view.total = facts.rows;
    settings.load(view.columns);
    this.note();
  },

  note() {
    const { read, truncated } = this.facts;
    const { most, megabytes, hours } = $("#grid-note").dataset;
    const at = new Date(read).toLocaleString();
    const limit = Number(most).toLocaleString("en");
    $("#grid-note").textContent = `Rows read at ${at}, kept for ${hours} h at most.`
      + (truncated ? ` Cut here: there are more rows than this page takes (${limit}, or ${megabytes} MB). An export has more.` : "");
    $("#grid-note").classList.toggle("is-cut", truncated);
  },

  // Another order or other rows.
  changed() {
    blocks.reset();
    grid.scrollTop = 0;
    grid.setAttribute("aria-busy", "true");
    view.active.row = Math.min(view.active.row, 0);
    view.anchor = null;
    this.chips();
    redraw();
    return blocks.load(0).catch(() => {});
  },

  // A page of rows has come.
  came(page) {
    const isOther = page.total !== view.total;
    view.total = page.total;
    grid.setAttribute("aria-busy", "false");
    if (page.read !== this.facts.read) {
      this.facts.read = page.read;
      this.note();
    }
    this.count();
    isOther ? arrange() : redraw();
  },

  count() {
    const all = this.facts.rows.toLocaleString("en");
    const sorted = wishes.sorts.map(([number, down]) => `${view.columns[number].name} ${down ? "down" : "up"}`).join(", ");
    this.say((wishes.filters.length ? `${view.total.toLocaleString("en")} of ${all} rows` : `${all} row${this.facts.rows === 1 ? "" : "s"}`)
      + (sorted ? `, sorted by ${sorted}` : ""));
  },

  say(text) {
    if ($("#grid-status").textContent !== text) $("#grid-status").textContent = text;
  },

  sort(number, down, also = false) {
    const others = also ? wishes.sorts.filter(([column]) => column !== number) : [];
    wishes.sorts = number === null ? [] : [...others, [number, down]];
    this.changed();
  },

  // As a click does: up, down, not at all; with Shift beside what it is sorted by already.
  turn(number, also) {
    const before = wishes.sorts.find(([column]) => column === number);
    if (before?.[1]) {
      wishes.sorts = also ? wishes.sorts.filter(([column]) => column !== number) : [];
      this.changed();
    } else this.sort(number, Boolean(before), also);
  },

  unfilter(number) {
    wishes.filters = wishes.filters.filter(([column]) => column !== number);
    grid.focus();
    this.changed();
  },

  chips() {
    $("#grid-filters").replaceChildren(...wishes.filters.map(([number, operator, value = "", until = ""]) => {
      const chip = document.createElement("li");
      const ends = operator !== "between" ? value : until ? `${value || "…"} to ${until}` : `${value} on`;
      const words = `${view.columns[number].name} ${FILTER_WORDS[operator]} ${ends}`.trim();
      const remove = Object.assign(document.createElement("button"), { type: "button", className: "chip-remove", textContent: "×" });
      remove.setAttribute("aria-label", `Remove the filter: ${words}`);
      remove.addEventListener("click", () => this.unfilter(number));
      chip.append(words, remove);
      return chip;
    }));
  },

  arranged(said) {
    settings.save();
    arrange();
    this.list();
    if (said) announce(said);
  },

  list() {
    $("#columns-list").replaceChildren(...view.columns.map((column) => {
      const box = Object.assign(document.createElement("input"), { type: "checkbox", checked: !settings.hidden.includes(column.number) });
      box.dataset.number = column.number;
      const label = Object.assign(document.createElement("label"), { className: "check" });
      label.append(box, column.name);
      return label;
    }));
  },
};

blocks = new Blocks((page) => result.came(page), (error) => showError(error.message));

function showError(text) {
  $("#grid-error").textContent = text;
  $("#grid-error").hidden = !text;
}

async function trying(doing) {
  showError("");
  try {
    return await doing();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return showError(error.message);
  }
}

async function begin(again) {
  grid.setAttribute("aria-busy", "true");
  $("#read-again").disabled = true;
  if (again) result.say("Reading the rows again…");
  const facts = await trying(() => readRows(again));
  $("#read-again").disabled = false;
  grid.setAttribute("aria-busy", "false");
  if (!facts) return result.say("No rows were read.");
  const same = result.facts?.columns.map((column) => column.name).join() === facts.columns.map((column) => column.name).join();
  if (!same) wishes.sorts = wishes.filters = [];
  result.described(facts);
  arrange();
  result.list();
  result.count();
  return result.changed();
}

// ---- Mouse ---------------------------------------------------------------------------------------------------------

let drag = null;

grid.addEventListener("pointerdown", (event) => {
  const cell = event.target.closest(".grid-cell");
  if (!cell || event.button) return;
  const [row, at] = [Number(cell.dataset.row), Number(cell.dataset.at)];
  if (event.target.className === "grip") {
    event.preventDefault();
    const { column, width } = view.layout[at];
    drag = { column, width, from: event.clientX };
    grid.setPointerCapture(event.pointerId);
    return;
  }
  if (row === HEAD) return;
  if (event.pointerType === "mouse") drag = { cells: true };
  activate(row, at, event.shiftKey);
});

grid.addEventListener("pointermove", (event) => {
  if (drag?.column) {
    settings.widths[drag.column.number] = Math.max(48, Math.min(1200, drag.width + event.clientX - drag.from));
    arrange();
  } else if (drag?.cells && event.buttons & 1) {
    const cell = event.target.closest?.(".grid-cell");
    if (cell && Number(cell.dataset.row) >= 0) activate(Number(cell.dataset.row), Number(cell.dataset.at), true);
  }
});

for (const end of ["pointerup", "pointercancel"]) {
  grid.addEventListener(end, () => {
    if (drag?.column) result.arranged();
    setTimeout(() => { drag = null; });
  });
}

grid.addEventListener("click", (event) => {
  const cell = event.target.closest(".grid-cell");
  if (!cell || drag?.column) return;
  const at = Number(cell.dataset.at);
  if (Number(cell.dataset.row) !== HEAD) return at === 0 && !event.shiftKey ? showRow(Number(cell.dataset.row)) : undefined;
  activate(HEAD, at);
  const { column } = view.layout[at];
  if (event.target.className === "more" || isNarrow.matches) return openMenu(at);
  if (column.number !== NUMBERS) result.turn(column.number, event.shiftKey);
});
grid.addEventListener("dblclick", (event) => {
  const cell = event.target.closest(".grid-cell");
  if (cell && Number(cell.dataset.row) >= 0) showRow(Number(cell.dataset.row));
});

// ---- Keys ----------------------------------------------------------------------------------------------------------

grid.addEventListener("keydown", (event) => {
  const { row, at } = view.active;
  const [last, end, page] = [view.total - 1, view.layout.length - 1, Math.max(1, Math.floor(grid.clientHeight / rowHeight()) - 2)];
  const far = event.ctrlKey || event.metaKey;
  const moves = {
    ArrowDown: [far ? last : row + 1, at], ArrowUp: [far ? HEAD : row - 1, at],
    ArrowLeft: [row, far ? 0 : at - 1], ArrowRight: [row, far ? end : at + 1],
    PageDown: [row + page, at], PageUp: [Math.max(0, row - page), at],
    Home: [far ? 0 : row, 0], End: [far ? last : row, end],
  };
  if (event.altKey) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (moves[key]) activate(...moves[key], event.shiftKey);
  else if (far && key === "a") {
    activate(0, 1);
    activate(last, end, true);
  } else if (far && key === "c" && !String(getSelection())) copyMarked("text");
  else if (far) return;
  else if (key === "Enter") row === HEAD ? at > 0 && result.turn(view.layout[at].column.number, event.shiftKey) : showRow(row);
  else if (key === "m" || key === "ContextMenu" || (key === "F10" && event.shiftKey)) openMenu(at);
  else if (key === "Escape" && view.anchor) activate(row, at);
  else return;
  event.preventDefault();
});

// ---- Tools ---------------------------------------------------------------------------------------------------------

$("#read-again").addEventListener("click", () => begin(true));
$("#columns-all").addEventListener("click", () => {
  settings.hidden = [];
  result.arranged("All columns are shown");
});
$("#columns-list").addEventListener("change", (event) => {
  const number = Number(event.target.dataset.number);
  settings.hidden = event.target.checked ? settings.hidden.filter((one) => one !== number) : [...settings.hidden, number];
  settings.save();
  arrange();
});
for (const link of $$(".export")) {
  link.addEventListener("click", () => {
    $("#export-menu").open = false;
    for (const wait of [800, 4000]) setTimeout(() => htmx.trigger(document.body, "exported"), wait);
  });
}

begin(false);
