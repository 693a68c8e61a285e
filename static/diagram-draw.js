// Tables and relations as SVG: the same drawing on the page and in the file that is saved.
"use strict";

const drawing = (() => {
  const ROW = 18;
  const HEAD = 30;
  const PAD = 10;
  const MARK = 24;
  const MIN_WIDTH = 140;
  const MAX_WIDTH = 300;
  const MAX_ROWS = 40;
  const SANS = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif';
  const NAME_FONT = `600 13px ${SANS}`;
  const ROW_FONT = `12px ${SANS}`;
  // What a file may not hold, though a name in a database may.
  const UNFIT = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
  const pen = document.createElement("canvas").getContext("2d");

  function element(tag, attributes = {}, text = null) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    if (text !== null) made.textContent = clean(text);
    return made;
  }

  const clean = (text) => text.replace(UNFIT, "\ufffd").replace(/\s/g, " ");

  function width(text, font) {
    pen.font = font;
    return pen.measureText(text).width;
  }

  function fitted(text, room, font) {
    const cleaned = clean(text);
    if (width(cleaned, font) <= room) return cleaned;
    let [least, most] = [0, cleaned.length];
    while (least < most) {
      const middle = Math.ceil((least + most) / 2);
      if (width(cleaned.slice(0, middle) + "…", font) <= room) least = middle; else most = middle - 1;
    }
    return cleaned.slice(0, least) + "…";
  }

  // How large a table is drawn, and with which rows. `detail`: all, keys or names.
  function card(table, detail) {
    const wanted = detail === "names" ? [] : table.columns.filter(([, , marks]) => detail === "all" || marks);
    const rows = wanted.slice(0, MAX_ROWS);
    const left = table.columns.length - rows.length;
    const more = detail === "names" || !left ? "" : `${rows.length ? "and " : ""}${left} more column${left > 1 ? "s" : ""}`;
    const widths = rows.map(([name, type]) => width(name, ROW_FONT) + Math.min(90, width(type, ROW_FONT)) + MARK + 16);
    const wide = Math.max(MIN_WIDTH, width(table.name, NAME_FONT) + 2 * PAD, ...widths) + 2;
    const lines = rows.length + (more ? 1 : 0);
    return {
      table, rows, more,
      width: Math.round(Math.min(MAX_WIDTH, wide)),
      height: HEAD + (lines ? lines * ROW + 8 : 0),
    };
  }

  function drawCard({ table, rows, more, width: wide, height, x, y }) {
    const group = element("g", { class: `card${table.isView ? " view" : ""}`, transform: `translate(${x} ${y})` });
    group.dataset.table = table.name;
    group.append(element("title", {}, table.name));
    group.append(element("rect", { class: "box", width: wide, height, rx: 6 }));
    group.append(element("text", { class: "name", x: PAD, y: 20 }, fitted(table.name, wide - 2 * PAD, NAME_FONT)));
    const lines = element("g", { class: "lines" });
    if (rows.length || more) lines.append(element("path", { class: "rule", d: `M0 ${HEAD}H${wide}` }));
    rows.forEach((row, at) => lines.append(...drawRow(row, HEAD + 4 + at * ROW, wide)));
    if (more) lines.append(element("text", { class: "type", x: PAD, y: HEAD + 17 + rows.length * ROW }, more));
    group.append(lines, drawFar(table, wide, height));
    return group;
  }

  function drawRow([name, type, marks], top, wide) {
    const room = wide - MARK - PAD - 6;
    const typed = fitted(type.toLowerCase(), Math.min(90, room / 2), ROW_FONT);
    const named = fitted(name, room - width(typed, ROW_FONT) - 8, ROW_FONT);
    const parts = [
      element("text", { class: `column${marks.includes("p") ? " key" : ""}`, x: MARK + 6, y: top + 13 }, named),
      element("text", { class: "type", x: wide - PAD, y: top + 13, "text-anchor": "end" }, typed),
    ];
    parts[0].dataset.column = name;
    if (marks) parts.push(element("text", { class: "mark", x: PAD, y: top + 13 }, marks.includes("p") ? "PK" : "FK"));
    return parts;
  }

  // What is left of a table when it is seen from so far away that its columns are a blur.
  function drawFar(table, wide, height) {
    const size = Math.max(13, Math.min(44, height - 6, 13 * (wide - 12) / width(table.name, NAME_FONT)));
    const room = (wide - 8) * 13 / size;
    const text = element("text", { class: "far", x: wide / 2, y: height / 2 + size * 0.35, "text-anchor": "middle" },
      fitted(table.name, room, NAME_FONT));
    text.style.fontSize = `${size}px`;
    return text;
  }

  function rowHeight(placed, column) {
    const at = placed.rows.findIndex(([name]) => name === column);
    return placed.y + (at < 0 ? HEAD / 2 : HEAD + 4 + at * ROW + ROW / 2);
  }

  function drawRelation(relation, child, parent, points) {
    const group = element("g", { class: `edge${relation.isGuess ? " guess" : ""}` });
    Object.assign(group.dataset, { from: relation.from, to: relation.to });
    group.append(element("title", {}, relation.words + (relation.isGuess ? " (a guess from the names)" : "")));
    const [start, end] = ends(relation, child, parent);
    group.append(element("path", { class: "line", d: curve(start, end, points) }));
    group.append(element("path", { class: "end", d: crow(start) + bar(end) }));
    return group;
  }

  // From the child's column to the parent's, at the sides that face each other; `side` is 1 for the right one.
  function ends(relation, child, parent) {
    let sides = [1, 1];
    if (child !== parent && parent.x + parent.width <= child.x) sides = [-1, 1];
    else if (child !== parent && child.x + child.width <= parent.x) sides = [1, -1];
    const at = (placed, column, side) => ({ x: placed.x + (side > 0 ? placed.width : 0), y: rowHeight(placed, column), side });
    return [at(child, relation.column, sides[0]), at(parent, relation.referenced, sides[1])];
  }

  function curve(start, end, points) {
    if (points.length > 1) {
      const path = [start, ...points, end];
      return path.slice(1).reduce((d, { x, y }, at) => {
        const middle = (path[at].x + x) / 2;
        return `${d}C${middle} ${path[at].y} ${middle} ${y} ${x} ${y}`;
      }, `M${start.x} ${start.y}`);
    }
    const reach = start.side === end.side ? 44 : Math.max(28, Math.min(160, Math.abs(end.x - start.x) / 2));
    const [first, last] = [out(start, reach), out(end, reach)];
    return `M${start.x} ${start.y}C${first.x} ${first.y} ${last.x} ${last.y} ${end.x} ${end.y}`;
  }

  const out = ({ x, y, side }, by) => ({ x: x + side * by, y });
  const crow = ({ x, y, side }) => `M${x} ${y - 5}L${x + side * 9} ${y}L${x} ${y + 5}`;
  const bar = ({ x, y, side }) => `M${x + side * 7} ${y - 5}v10`;

  // The whole scene; `cards` know where they are.
  function scene(cards, relations, bends) {
    const group = element("g");
    const edges = element("g");
    const tables = element("g");
    const placed = new Map(cards.map((one) => [one.table.name, one]));
    relations.forEach((relation) => {
      const [child, parent] = [placed.get(relation.from), placed.get(relation.to)];
      if (child && parent) edges.append(drawRelation(relation, child, parent, bends.get(relation.key) || []));
    });
    for (const one of cards) tables.append(drawCard(one));
    group.append(edges, tables);
    return group;
  }

  const FILE_STYLE = `
    text { font: ${ROW_FONT}; fill: INK; } .box { fill: PAPER; stroke: STRONG; } .view .box { stroke-dasharray: 2 2; }
    .rule { stroke: LINE; } .name { font: ${NAME_FONT}; } .key { font-weight: 600; } .type { fill: QUIET; }
    .mark { font-size: 9px; fill: ACCENT; } .far { display: none; } .line, .end { fill: none; stroke: STRONG; stroke-width: 1.2; }
    .guess .line { stroke-dasharray: 5 4; } .ground { fill: PAPER; }`;

  // A file of its own, in the colours of the page.
  function file(drawn, box, title) {
    const look = getComputedStyle(document.documentElement);
    const colours = { INK: "--ink", PAPER: "--paper", STRONG: "--line-strong", LINE: "--line", QUIET: "--quiet", ACCENT: "--accent" };
    const style = FILE_STYLE.replace(/[A-Z]{3,}/g, (word) => (colours[word] ? look.getPropertyValue(colours[word]).trim() : word));
    const margin = 24;
    const frame = [box.x - margin, box.y - margin, box.width + 2 * margin, box.height + 2 * margin].map(Math.round);
    const copy = drawn.cloneNode(true);
    for (const one of copy.querySelectorAll(".far")) one.remove();
    for (const one of copy.querySelectorAll(".found, .near, .selected")) one.classList.remove("found", "near", "selected");
    const escaped = new XMLSerializer().serializeToString(element("title", {}, title));
    return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${frame.join(" ")}" width="${frame[2]}" height="${frame[3]}">`
      + `${escaped}<style>${style.replace(/&/g, "&amp;").replace(/</g, "&lt;")}</style>`
      + `<rect class="ground" x="${frame[0]}" y="${frame[1]}" width="${frame[2]}" height="${frame[3]}"/>`
      + `${new XMLSerializer().serializeToString(copy)}</svg>\n`;
  }

  return { card, scene, file };
})();
