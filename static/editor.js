// The SQL tab: the editor, what it runs, and the draft that survives a reload. Without this file the page is a form.
"use strict";

(() => {
  const nonce = document.currentScript.nonce;
  const form = $("#sql-form");
  const field = $("#sql-text");
  const doing = $("#sql-doing");
  const note = $("#sql-note");
  const isMac = /Mac|iPhone|iPad/.test(navigator.platform);
  const buttons = ["#sql-run", "#sql-explain", "#sql-format", "#sql-verify-open"].map((name) => $(name)).filter(Boolean);
  const given = field.value;
  let key = "";
  let clock = 0;

  // ---- The text ----------------------------------------------------------------------------------------------------

  const draft = memory.get(form.dataset.draft);
  const isKept = draft && draft !== given && !("given" in form.dataset);
  if (isKept) field.value = draft;

  const press = (button) => () => { $(button)?.click(); return true; };
  const editor = sqlEditor({
    field,
    place: $("#sql-editor"),
    label: $("#sql-label").textContent,
    described: "sql-keys",
    dialect: form.dataset.dialect,
    nonce,
    keys: [
      { key: "Mod-Enter", run: press("#sql-run"), preventDefault: true },
      { key: "Mod-Shift-Enter", run: press("#sql-explain"), preventDefault: true },
      { key: "Shift-Alt-f", run: press("#sql-format"), preventDefault: true },
    ],
    changed: (text) => memory.set(form.dataset.draft, text === given ? "" : text),
  });
  field.hidden = true;
  $("#sql-editor").hidden = false;
  if ("given" in form.dataset) memory.set(form.dataset.draft, given);
  if (isKept) say("Your draft was kept.");
  for (const shortcut of $$(".sql-shortcut")) if (isMac) shortcut.textContent = "⌘⏎";
  for (const label of $$(`label[for="${field.id}"]`)) label.removeAttribute("for");
  editor.view.focus();
  showError();

  fetch(form.dataset.words, { headers: { Accept: "application/json" } })
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(answer.statusText))))
    .then((known) => editor.know(known))
    .catch(() => say("The names of tables could not be loaded: completion knows SQL alone."));

  function say(text) {
    note.textContent = text;
  }

  // ---- Running -----------------------------------------------------------------------------------------------------

  // Not crypto.randomUUID, which pages without HTTPS do not have.
  const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

  // What is written, and what of it is meant.
  function described() {
    key = newKey();
    const { start, end } = editor.selection();
    return { sql: editor.text(), start, end, key };
  }

  const isOurs = (event) => form.contains(event.detail.elt);

  document.addEventListener("htmx:configRequest", (event) => {
    if (!isOurs(event)) return;
    for (const [name, value] of Object.entries(described())) event.detail.parameters.set(name, value);
  });

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (isOurs(event)) begin(event.detail.elt === form);
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    if (!isOurs(event)) return;
    end();
    if (event.detail.failed && event.detail.xhr.status !== 429) say(event.detail.xhr.status
      ? "The server did not take that. What you wrote is kept: try again." : "The server does not answer. What you wrote is kept: try again.");
  });

  function begin(runs) {
    say("");
    editor.unmark();
    for (const button of buttons) button.disabled = true;
    doing.hidden = !runs;
    $("#sql-stop").disabled = false;
    const since = Date.now();
    const tell = () => { $("#sql-doing-words").textContent = `running, ${Math.round((Date.now() - since) / 1000)} s`; };
    $("#sql-doing-words").textContent = "running";
    if (runs) announce("Running");
    clock = setInterval(tell, 1000);
  }

  function end() {
    clearInterval(clock);
    doing.hidden = true;
    for (const button of buttons) button.disabled = false;
  }

  $("#sql-stop").addEventListener("click", () => {
    $("#sql-stop").disabled = true;
    clearInterval(clock);
    $("#sql-doing-words").textContent = "stopping";
    post(form.dataset.stop, { key }).catch(() => { $("#sql-stop").disabled = false; });
  });

  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target?.id === "sql-result") {
      showError();
      announce($("#sql-outcome")?.dataset.announce || "");
    }
    if (event.detail.target?.id === "sql-verify") ($("#sql-verify [aria-invalid=true]") || $("#sql-verify-heading"))?.focus();
  });

  function showError() {
    const { error, from, to } = $("#sql-outcome")?.dataset || {};
    if (from === undefined) return;
    editor.mark(error, Number(from), Number(to));
    if ($(".sql-goto")) $(".sql-goto").hidden = false;
  }

  // ---- Formatting --------------------------------------------------------------------------------------------------

  $("#sql-format").addEventListener("click", async (event) => {
    event.preventDefault();
    event.stopPropagation();
    const before = editor.text();
    begin(false);
    const told = await post(form.dataset.format, described()).then((answer) => answer.json(), () => null).catch(() => null);
    end();
    if (told === null) return say("It could not be formatted: the server does not answer. Nothing was changed.");
    if (editor.text() !== before) return say("You went on writing, so nothing was formatted.");
    if (told.error) {
      say(told.error);
      if (told.from !== undefined) editor.mark(told.error, told.from, told.to);
      return editor.view.focus();
    }
    if (told.sql !== [...before].slice(told.from, told.to).join("")) editor.put(told.sql, told.from, told.to);
    say(told.note || "Formatted.");
    return undefined;
  });

  async function post(address, values) {
    const body = new URLSearchParams({ csrfmiddlewaretoken: $("[name=csrfmiddlewaretoken]", form).value, ...values });
    const answer = await fetch(address, { method: "POST", body, headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(answer.statusText);
    return answer;
  }

  // ---- Taking back, going there ------------------------------------------------------------------------------------

  document.addEventListener("click", (event) => {
    const taken = event.target.closest("[data-take]");
    if (taken) {
      event.preventDefault();
      editor.put($("#" + taken.dataset.take).textContent);
      say("It is in the editor. Undo brings back what was there.");
    }
    if (event.target.closest("[data-goto]")) editor.goTo(Number($("#sql-outcome").dataset.from));
    const dropped = event.target.closest("[data-drop]");
    if (dropped) {
      $("#" + dropped.dataset.drop).replaceChildren();
      editor.view.focus();
    }
  });
})();
