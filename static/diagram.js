// The ER diagram: reads the graph, has it laid out, and joins the drawing with the list and the panel beside it.
"use strict";

(() => {
  const er = $("#er");
  if (!er) return;
  const frame = $("#er-drawing");
  const panel = $("#panel");
  const search = $("#er-search");
  // Measured: 300 tables with 3,000 columns take a second and pan at 60 frames. But beyond this many columns an overview
  // of keys only is smaller, so that its names can be read.
  const ALL_COLUMNS = 1200;
  const NAMES_ONLY = 600;
  const FAR = 0.42;
  const items = new Map($$("#er-tables > li").map((item) => [item.dataset.name, item]));
  const view = viewOf(frame, (scale) => frame.classList.toggle("far-away", scale < FAR));
  let graph = null;
  let worker = null;
  let drawn = { cards: new Map(), scene: null, box: null };
  let focus = "";
  let selected = er.dataset.selected;

  // ---- Drawing -----------------------------------------------------------------------------------------------------

  async function start() {
    note("Loading the tables…", true);
    try {
      const answer = await fetch(er.dataset.graph, { headers: { Accept: "application/json" } });
      if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
      graph = await answer.json();
    } catch {
      note("The diagram could not be loaded. Reload the page to try again; the list works meanwhile.");
      return;
    }
    graph.relations.forEach((relation, at) => { relation.key = String(at); });
    $("#er-detail").value = usualDetail();
    $("#er-tools").hidden = $("#er-legend").hidden = false;
    focus = new URLSearchParams(location.search).has("focus") ? selected : "";
    layOut();
  }

  function usualDetail() {
    const columns = graph.tables.reduce((sum, { columns }) => sum + columns.length, 0);
    return columns <= ALL_COLUMNS ? "all" : graph.tables.length <= NAMES_ONLY ? "keys" : "names";
  }

  function layOut() {
    const shown = focus ? neighbours(focus) : null;
    const tables = graph.tables.filter(({ name }) => !shown || shown.has(name));
    const relations = graph.relations.filter(({ from, to }) => !shown || (shown.has(from) && shown.has(to)));
    const cards = tables.map((table) => drawing.card(table, focus ? "all" : $("#er-detail").value));
    note(`Laying out ${tables.length} tables…`, true);
    delete er.dataset.drawn;
    worker?.terminate();
    worker = new Worker(er.dataset.layout);
    worker.onerror = () => note("The diagram could not be laid out. The list says the same in words.");
    worker.onmessage = ({ data }) => {
      if (data.nodes) put(cards, relations, data);
      else if (data.of > 1) note(`Laying out ${tables.length} tables… group ${data.done + 1} of ${data.of}`, true);
    };
    worker.postMessage({
      dagre: new URL(er.dataset.dagre, location.href).href,
      nodes: cards.map(({ table, width, height }) => ({ id: table.name, width, height })),
      edges: relations.map(({ from, to, key }) => ({ from, to, key })),
    });
  }

  function put(cards, relations, laid) {
    worker.terminate();
    const byName = new Map(cards.map((card) => [card.table.name, card]));
    for (const { id, x, y } of laid.nodes) Object.assign(byName.get(id), { x: Math.round(x), y: Math.round(y) });
    const scene = drawing.scene(cards, relations, new Map(laid.edges.map(({ key, points }) => [key, points])));
    drawn = { cards: byName, scene, box: bounds(cards) };
    view.put(scene, drawn.box);
    note("");
    for (const button of $$('[data-er="whole"]')) button.hidden = !focus;
    er.dataset.drawn = focus || "all";
    mark();
    if (selected && !focus && er.dataset.selected === selected) view.centre(drawn.cards.get(selected));
    announce(focus ? `${focus} and its neighbours: ${cards.length} tables` : `${cards.length} tables drawn`);
  }

  function bounds(cards) {
    const right = Math.max(...cards.map(({ x, width }) => x + width));
    const bottom = Math.max(...cards.map(({ y, height }) => y + height));
    const [x, y] = [Math.min(...cards.map((card) => card.x)), Math.min(...cards.map((card) => card.y))];
    return { x, y, width: right - x, height: bottom - y };
  }

  function neighbours(name) {
    const found = new Set([name]);
    for (const { from, to } of graph.relations) {
      if (from === name) found.add(to);
      if (to === name) found.add(from);
    }
    return found;
  }

  function note(text, busy = false) {
    $("#er-note").hidden = !text;
    $("#er-note .spinner").hidden = !busy;
    $("#er-note span:last-child").textContent = text;
  }

  // ---- What is marked: the chosen table, its relations, what was searched for ----------------------------------------

  function mark(found = matches()) {
    for (const card of $$(".card", frame)) {
      const columns = found.get(card.dataset.table);
      card.classList.toggle("selected", card.dataset.table === selected);
      card.classList.toggle("found", Boolean(columns));
      for (const row of $$(".column", card)) row.classList.toggle("found", Boolean(columns?.has(row.dataset.column)));
    }
    nearTo(selected);
    frame.classList.toggle("searched", found.size > 0);
  }

  function nearTo(name) {
    for (const edge of $$(".edge", frame)) edge.classList.toggle("near", edge.dataset.from === name || edge.dataset.to === name);
  }

  frame.addEventListener("pointerover", (event) => nearTo(event.target.closest(".card")?.dataset.table || selected));

  // ---- Search --------------------------------------------------------------------------------------------------------

  // The tables that fit, each with the columns that do.
  function matches() {
    const wanted = search.value.trim().toLowerCase();
    const found = new Map();
    if (!wanted || !graph) return found;
    for (const { name, columns } of graph.tables) {
      const fitting = columns.filter(([column]) => `${name}.${column}`.toLowerCase().includes(wanted)
        && (wanted.includes(".") || column.toLowerCase().includes(wanted)));
      if (fitting.length || name.toLowerCase().includes(wanted)) found.set(name, new Set(fitting.map(([column]) => column)));
    }
    return found;
  }

  function showFound() {
    const found = matches();
    const searching = Boolean(search.value.trim());
    for (const old of $$(".er-hits", er)) old.remove();
    for (const [name, item] of items) {
      item.hidden = searching && !found.has(name);
      item.classList.toggle("searched", searching);
      if (searching && found.get(name)?.size) item.append(hits(found.get(name)));
    }
    $("#er-found").textContent = searching ? `${found.size || "No"} table${found.size === 1 ? "" : "s"} found` : "";
    mark(found);
    return found;
  }

  function hits(columns) {
    const shown = document.createElement("p");
    shown.className = "er-hits";
    shown.textContent = [...columns].slice(0, 6).join(", ") + (columns.size > 6 ? "…" : "");
    return shown;
  }

  let nextHit = 0;
  search.addEventListener("input", () => { nextHit = 0; showFound(); });
  search.addEventListener("keydown", (event) => {
    const names = [...matches().keys()];
    if (event.key === "Escape" && search.value) {
      search.value = "";
      showFound();
      event.stopPropagation();
    } else if (event.key === "ArrowDown" || (event.key === "Enter" && names.length)) {
      event.preventDefault();
      if (event.key === "Enter") jump(best(names)[nextHit++ % names.length]);
      else $("#er-tables > li:not([hidden]) a")?.focus();
    }
  });

  // A table of that very name comes before those that only contain it.
  function best(names) {
    const wanted = search.value.trim().toLowerCase();
    const rank = (name) => (name.toLowerCase() === wanted ? 0 : name.toLowerCase().startsWith(wanted) ? 1 : 2);
    return names.sort((a, b) => rank(a) - rank(b));
  }

  function jump(name, keyboard = false) {
    panel.hidden = false;
    if (focus && !drawn.cards.has(name)) leaveFocus(name);
    else if (drawn.cards.has(name)) view.centre(drawn.cards.get(name));
    select(name, keyboard);
  }

  // ---- The panel -----------------------------------------------------------------------------------------------------

  async function select(name, keyboard = false) {
    const link = $("a", items.get(name));
    selected = name;
    for (const other of $$("#er-tables a[aria-current]")) other.removeAttribute("aria-current");
    link.setAttribute("aria-current", "true");
    link.scrollIntoView({ block: "nearest" });
    mark();
    const before = frame.clientWidth;
    panel.hidden = false;
    if (before !== frame.clientWidth && drawn.cards.has(name)) view.reveal(drawn.cards.get(name));
    history.replaceState(null, "", link.href + (focus ? "?focus=1" : ""));
    await htmx.ajax("GET", link.href, { target: panel, swap: "innerHTML" });
    if (keyboard) $("#panel-title")?.focus();
    const { top } = panel.getBoundingClientRect();
    if (top < 0 || top > innerHeight) panel.scrollIntoView();
  }

  function close() {
    panel.hidden = true;
    selected = "";
    for (const link of $$("#er-tables a[aria-current]")) link.removeAttribute("aria-current");
    history.replaceState(null, "", er.dataset.home);
    mark();
  }

  for (const failure of ["htmx:responseError", "htmx:sendError"]) {
    panel.addEventListener(failure, () => {
      panel.textContent = "This table could not be loaded. Choose it again, or reload the page.";
    });
  }
  panel.addEventListener("htmx:afterSwap", unveil);

  function unveil() {
    for (const one of $$("[data-only-scripted]", panel)) one.hidden = false;
  }

  // ---- Focus ---------------------------------------------------------------------------------------------------------

  function focusOn(name) {
    focus = selected = name;
    search.value = "";
    showFound();
    history.replaceState(null, "", $("a", items.get(name)).href + "?focus=1");
    layOut();
  }

  function leaveFocus(name = selected) {
    focus = "";
    selected = er.dataset.selected = name;
    if (name) history.replaceState(null, "", $("a", items.get(name)).href);
    layOut();
  }

  // ---- Clicks and keys -----------------------------------------------------------------------------------------------

  const actions = {
    in: () => view.zoomBy(1.25),
    out: () => view.zoomBy(0.8),
    fit: view.fit,
    whole: () => leaveFocus(),
    close,
    focus: (button) => focusOn(button.dataset.table),
    export: save,
  };

  er.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    const control = event.target.closest("[data-er]");
    const link = event.target.closest("a[data-table]");
    const card = event.target.closest(".card");
    if (control) {
      event.preventDefault();
      actions[control.dataset.er](control);
    } else if (link && items.has(link.dataset.table)) {
      event.preventDefault();
      jump(link.dataset.table, !event.detail);
    } else if (card) select(card.dataset.table);
  });
  frame.addEventListener("dblclick", (event) => {
    const card = event.target.closest(".card");
    if (card) focusOn(card.dataset.table);
  });
  $("#er-detail").addEventListener("change", () => { focus = ""; layOut(); });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && focus) leaveFocus();
    else if (event.key === "/" && !event.target.closest("input, select, textarea")) {
      event.preventDefault();
      search.focus();
    }
  });

  function save() {
    if (!drawn.scene) return;
    const text = drawing.file(drawn.scene, drawn.box, document.title);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
    link.download = er.dataset.file;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    announce("Saved as SVG");
  }

  unveil();
  start();
})();
