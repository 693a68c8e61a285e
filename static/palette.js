// On every page: the command palette (Ctrl or ⌘ with K), the list of keys (?), and what the first steps watch for.
// Uses the helpers of app.js.
"use strict";

(function () {
  const palette = $("#palette");
  if (!palette) return;
  const box = $("#palette-box");
  const list = $("#palette-list");
  const note = $("#palette-note");
  const MOST = 12;
  const FRESH = 60000;
  const THEMES = ["System", "Light", "Dark"].map((name) => ({
    label: `Colours: ${name}`, kind: "Theme", run: () => $(`input[name="theme"][value="${name.toLowerCase()}"]`)?.click(),
  }));
  const KEYS = { label: "Keyboard", kind: "Help", run: () => $("#shortcuts").showModal() };

  let places = [];
  let more = [];
  let fetched = 0;
  let shown = [];
  let chosen = 0;
  let searching = 0;

  // ---- What is found -----------------------------------------------------------------------------------------------

  // Each word of the query must be there: at the start of a word best, else within one, else its letters in order. What
  // stands beside the name counts less.
  function scoreOf(name, beside, words) {
    let total = 0;
    for (const word of words) {
      const score = Math.max(scoreOfWord(name, word), scoreOfWord(beside, word) / 4);
      if (!score) return 0;
      total += score;
    }
    return total - name.length / 1000;
  }

  function scoreOfWord(text, word) {
    const at = text.indexOf(word);
    if (at === 0) return 100;
    if (at > 0) return /[\p{L}\p{N}]/u.test(text[at - 1]) ? 40 : 80;
    let from = 0;
    let gaps = 0;
    for (const letter of word) {
      const next = text.indexOf(letter, from);
      if (next < 0) return 0;
      gaps += from ? next - from : 0;
      from = next + 1;
    }
    return Math.max(0, 20 - gaps);
  }

  function find() {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    const known = new Set(places.map(({ href }) => href));
    const all = [...places, ...more.filter(({ href }) => !known.has(href)), ...THEMES, KEYS];
    if (!words.length) return all.filter(({ kind }) => ["Database", "Conversation"].includes(kind)).slice(0, MOST);
    const scored = all.map((place) => {
      const score = scoreOf(place.label.toLowerCase(), `${place.hint || ""} ${place.kind}`.toLowerCase(), words);
      return { place, score: more.includes(place) ? Math.max(score, 10) : score };
    });
    return scored.filter(({ score }) => score > 0).sort((a, b) => b.score - a.score).slice(0, MOST).map(({ place }) => place);
  }

  // ---- What is shown -----------------------------------------------------------------------------------------------

  function draw() {
    shown = find();
    chosen = Math.min(chosen, Math.max(0, shown.length - 1));
    list.replaceChildren(...shown.map((place, number) => {
      const item = document.createElement("li");
      Object.assign(item, { id: `palette-${number}`, role: "option" });
      item.append(part("palette-label", place.label), part("palette-hint", [place.kind, place.hint].filter(Boolean).join(" · ")));
      return item;
    }));
    choose(chosen);
  }

  const part = (className, textContent) => Object.assign(document.createElement("span"), { className, textContent });

  function choose(number) {
    chosen = number;
    [...list.children].forEach((item, at) => item.setAttribute("aria-selected", at === chosen));
    const item = list.children[chosen];
    item ? box.setAttribute("aria-activedescendant", item.id) : box.removeAttribute("aria-activedescendant");
    item?.scrollIntoView({ block: "nearest" });
    if (fetched) note.textContent = shown.length ? "" : "Nothing of that name is within your reach.";
  }

  async function ask(search = "") {
    const response = await fetch(`${palette.dataset.address}${search ? `?q=${encodeURIComponent(search)}` : ""}`).catch(() => null);
    if (response?.ok && !response.redirected) return (await response.json()).places;
    note.textContent = response?.status === 429 ? await response.text() : "The server did not answer. Try again.";
    return null;
  }

  async function open() {
    if ($("dialog[open]")) return;
    for (const menu of $$(".menu[open]")) menu.open = false;
    palette.showModal();
    box.select();
    draw();
    if (Date.now() - fetched < FRESH) return;
    note.textContent = fetched ? "" : "Looking…";
    const found = await ask();
    if (!found) return;
    places = found;
    fetched = Date.now();
    note.textContent = "";
    draw();
  }

  function go(place) {
    if (!place) return;
    palette.close();
    if (place.run) place.run();
    else location.assign(place.href);
  }

  box.addEventListener("input", () => {
    chosen = 0;
    draw();
    clearTimeout(searching);
    const search = box.value.trim();
    if (search.length < 3) return;
    searching = setTimeout(async () => {
      const found = await ask(search);
      if (!found || box.value.trim() !== search) return;
      more = found;
      draw();
    }, 250);
  });

  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const last = shown.length - 1;
    const steps = { ArrowDown: chosen < last ? chosen + 1 : 0, ArrowUp: chosen ? chosen - 1 : Math.max(0, last), Home: 0, End: Math.max(0, last) };
    if (event.key === "Enter") go(shown[chosen]);
    else if (event.key in steps && !(["Home", "End"].includes(event.key) && box.value)) choose(steps[event.key]);
    else return;
    event.preventDefault();
  });

  list.addEventListener("click", (event) => go(shown[[...list.children].indexOf(event.target.closest("li"))]));
  palette.addEventListener("click", (event) => { if (event.target === palette) palette.close(); });

  document.addEventListener("click", (event) => { if (event.target.closest("[data-palette]")) open(); });
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) {
      event.preventDefault();
      palette.open ? palette.close() : open();
      return;
    }
    if (event.key !== "?" || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || $("dialog[open]")) return;
    if (event.target.closest("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]")) return;
    event.preventDefault();
    KEYS.run();
  });

  // ---- The account's time zone -------------------------------------------------------------------------------------

  const zone = $("[data-browser-zone]");
  const zones = zone && document.getElementById(zone.dataset.browserZone);
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zones && [...zones.options].some(({ value }) => value === here)) {
    $("span", zone).textContent = here;
    zone.hidden = zones.value === here;
    zone.addEventListener("click", () => { zones.value = here; zones.focus(); });
  }

  // ---- First steps: what leaves no other trace ---------------------------------------------------------------------

  const watch = $("#first-steps-watch");
  if (!watch) return;
  const reported = new Set();

  async function report(step) {
    if (reported.has(step)) return;
    reported.add(step);
    const options = { method: "POST", headers: { "X-CSRFToken": watch.dataset.token }, body: new URLSearchParams({ step }) };
    const response = await fetch(watch.dataset.address, options).catch(() => null);
    if (!response?.ok) return reported.delete(step);
    if (window.htmx) htmx.trigger(document.body, "stepped");
  }

  // Who rests on the SQL of an answer, by pointer or focus, or copies it, looks at it.
  let resting = 0;
  const sqlOf = (target) => target.closest?.('.answer:not([data-status="running"]) .sql-card');
  document.addEventListener("pointerover", (event) => {
    clearTimeout(resting);
    if (sqlOf(event.target)) resting = setTimeout(report, 800, "sql");
  });
  for (const kind of ["focusin", "copy", "click"]) {
    document.addEventListener(kind, (event) => { if (sqlOf(event.target)) report("sql"); });
  }
  if ($("[data-shows-prompt]")) report("prompt");
})();
