// A text field for SQL, as an editor: CodeMirror with the page's colours, a connection's dialect and names.
"use strict";

const sqlEditor = (() => {
  const {
    EditorState, Compartment, EditorView, keymap, drawSelection, dropCursor, highlightActiveLine,
    highlightActiveLineGutter, highlightSpecialChars, lineNumbers, placeholder, rectangularSelection, HighlightStyle,
    bracketMatching, foldGutter, foldKeymap, indentOnInput, indentUnit, syntaxHighlighting, defaultKeymap, history,
    historyKeymap, indentWithTab, highlightSelectionMatches, searchKeymap, autocompletion, closeBrackets,
    closeBracketsKeymap, completionKeymap, lintGutter, lintKeymap, setDiagnostics, MySQL, PostgreSQL, SQLite, sql, tags,
  } = CodeMirror;

  // DuckDB's grammar is PostgreSQL's.
  const DIALECTS = { sqlite: SQLite, postgres: PostgreSQL, mysql: MySQL, duckdb: PostgreSQL };

  const colours = HighlightStyle.define([
    { tag: [tags.keyword, tags.operatorKeyword, tags.bool, tags.null], color: "var(--sql-keyword)", fontWeight: "600" },
    { tag: [tags.string, tags.special(tags.string)], color: "var(--sql-string)" },
    { tag: tags.number, color: "var(--sql-number)" },
    { tag: tags.comment, color: "var(--sql-comment)", fontStyle: "italic" },
    { tag: [tags.operator, tags.punctuation, tags.bracket], color: "var(--sql-other)" },
    { tag: [tags.typeName, tags.standard(tags.name)], color: "var(--sql-keyword)" },
  ]);

  const looks = EditorView.theme({
    "&": { color: "var(--ink)", backgroundColor: "var(--sunken)", fontSize: "13px" },
    "&.cm-focused": { outline: "none" },
    ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "20px" },
    ".cm-content": { caretColor: "var(--ink)", padding: "8px 0" },
    ".cm-cursor, .cm-dropCursor": { borderLeftColor: "var(--ink)" },
    ".cm-gutters": { backgroundColor: "var(--sunken)", color: "var(--quiet)", border: "0" },
    ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "color-mix(in srgb, var(--hover) 50%, transparent)" },
    "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
      background: "color-mix(in srgb, var(--accent) 30%, transparent)",
    },
    // The page's own ::selection would cover it.
    ".cm-line ::selection, .cm-line::selection": { color: "var(--ink) !important" },
    ".cm-selectionMatch": { backgroundColor: "color-mix(in srgb, var(--accent) 16%, transparent)" },
    "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--accent-soft)", outline: "1px solid var(--accent)" },
    "&.cm-focused .cm-nonmatchingBracket": { backgroundColor: "var(--bad-soft)", color: "var(--bad)" },
    ".cm-placeholder": { color: "var(--quiet)" },
    ".cm-foldPlaceholder": { backgroundColor: "var(--hover)", borderColor: "var(--line)", color: "var(--quiet)" },
    ".cm-tooltip": { backgroundColor: "var(--raised)", border: "1px solid var(--line-strong)", borderRadius: "6px", color: "var(--ink)" },
    ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", maxHeight: "240px" },
    ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--accent-ink)" },
    ".cm-tooltip-autocomplete ul li[aria-selected] .cm-completionDetail": { color: "inherit" },
    ".cm-completionDetail": { color: "var(--quiet)", fontStyle: "normal" },
    ".cm-diagnostic": { fontFamily: "var(--sans)", maxWidth: "60ch" },
    ".cm-diagnostic-error": { borderLeftColor: "var(--bad)" },
    ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--bad)", textUnderlineOffset: "3px", backgroundColor: "var(--bad-soft)" },
    ".cm-lintPoint-error::after": { borderBottomColor: "var(--bad)" },
    ".cm-panels": { backgroundColor: "var(--raised)", color: "var(--ink)", borderColor: "var(--line)" },
    ".cm-panel.cm-search": { fontFamily: "var(--sans)" },
    ".cm-panel.cm-search input[type=checkbox]": { width: "auto", minHeight: "0" },
    ".cm-panel.cm-search label": { display: "inline-flex", alignItems: "center", gap: "4px" },
    ".cm-textfield": { width: "auto !important", fontSize: "12px", backgroundColor: "var(--paper)", color: "var(--ink)", border: "1px solid var(--line-strong)" },
    ".cm-button": { borderRadius: "6px", fontSize: "12px", backgroundImage: "none", backgroundColor: "var(--raised)", color: "var(--ink)", border: "1px solid var(--line)" },
    ".cm-searchMatch": { backgroundColor: "var(--wait-soft)", outline: "1px solid var(--wait)" },
  });

  // Chromium would write what replaces a selection in the looks of what was there: as inline style, which the policy of
  // the page forbids. What else handles input, such as closing brackets, is asked first, as CodeMirror itself does.
  const replacing = EditorView.domEventHandlers({
    beforeinput(event, view) {
      const { from, to, empty } = view.state.selection.main;
      if (event.inputType !== "insertText" || event.isComposing || !event.data || empty) return false;
      const insert = () => view.state.update(view.state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
      const isHandled = view.state.facet(EditorView.inputHandler).some((handle) => handle(view, from, to, event.data, insert));
      if (!isHandled) view.dispatch(insert());
      event.preventDefault();
      return true;
    },
  });

  // Positions outside are in characters, those of CodeMirror in units of UTF-16.
  const toCharacters = (text, units) => [...text.slice(0, units)].length;
  const toUnits = (text, characters) => [...text].slice(0, characters).join("").length;

  function language(dialect, known) {
    return sql({ dialect: DIALECTS[dialect] || PostgreSQL, upperCaseKeywords: true, ...(known ? { schema: names(known) } : {}) });
  }

  function names({ tables }) {
    const found = {};
    for (const table of tables) {
      const home = table.schema ? (found[table.schema] ||= { self: { label: table.schema, type: "namespace" }, children: {} }).children : found;
      const self = { label: table.name, type: table.is_view ? "interface" : "class", detail: table.is_view ? "view" : "table", ...apply(table) };
      const children = table.columns.map((column) => ({ label: column.name, type: "property", detail: column.type, ...apply(column) }));
      home[table.name] = { self, children };
    }
    return found;
  }

  const apply = ({ spelled }) => (spelled ? { apply: spelled } : {});

  // `field` keeps what is posted. `keys` are the page's own; `changed` is told of each new text.
  return function create({ field, place, label, described, dialect, nonce, keys, changed }) {
    const ofLanguage = new Compartment();
    const view = new EditorView({
      parent: place,
      state: EditorState.create({
        doc: field.value,
        extensions: [
          nonce ? EditorView.cspNonce.of(nonce) : [],
          keymap.of(keys),
          lineNumbers(), highlightActiveLineGutter(), highlightSpecialChars(), history(), foldGutter(), drawSelection(),
          dropCursor(), indentOnInput(), indentUnit.of("  "), syntaxHighlighting(colours), bracketMatching(),
          closeBrackets(), autocompletion({ icons: false }), rectangularSelection(), highlightActiveLine(), highlightSelectionMatches(),
          lintGutter(), placeholder(field.placeholder), EditorView.lineWrapping, looks, replacing,
          EditorState.allowMultipleSelections.of(true),
          keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, ...foldKeymap, ...completionKeymap, ...lintKeymap, indentWithTab]),
          ofLanguage.of(language(dialect)),
          EditorView.contentAttributes.of({ "aria-label": label, "aria-describedby": described, spellcheck: "false" }),
          EditorView.updateListener.of((update) => {
            if (!update.docChanged) return;
            field.value = update.state.doc.toString();
            changed(field.value);
          }),
        ],
      }),
    });
    const text = () => view.state.doc.toString();
    return {
      view,
      text,
      know(known) { view.dispatch({ effects: ofLanguage.reconfigure(language(dialect, known)) }); },
      selection() {
        const { from, to } = view.state.selection.main;
        return { start: toCharacters(text(), from), end: toCharacters(text(), to) };
      },
      // One change, which one undo takes back.
      put(insert, from = null, to = null) {
        const range = { from: from === null ? 0 : toUnits(text(), from), to: to === null ? text().length : toUnits(text(), to) };
        view.dispatch({ changes: { ...range, insert }, selection: { anchor: range.from + (from === null ? 0 : insert.length) }, scrollIntoView: true, userEvent: "input.put" });
        view.focus();
      },
      mark(message, from, to) {
        const [start, end] = [toUnits(text(), from), toUnits(text(), to)];
        view.dispatch(setDiagnostics(view.state, [{ from: Math.min(start, text().length), to: Math.min(end, text().length), severity: "error", message }]));
      },
      unmark() { view.dispatch(setDiagnostics(view.state, [])); },
      goTo(from) {
        view.dispatch({ selection: { anchor: Math.min(toUnits(text(), from), text().length) }, scrollIntoView: true });
        view.focus();
      },
    };
  };
})();
