// What static/editor-code.js uses of CodeMirror 6, as one script. `sh build.sh` makes codemirror.min.js of it.
export { EditorState, Compartment, Prec } from "@codemirror/state";
export {
  EditorView, keymap, drawSelection, dropCursor, highlightActiveLine, highlightActiveLineGutter, highlightSpecialChars,
  lineNumbers, placeholder, rectangularSelection, tooltips,
} from "@codemirror/view";
export {
  HighlightStyle, bracketMatching, foldGutter, foldKeymap, indentOnInput, indentUnit, syntaxHighlighting,
} from "@codemirror/language";
export { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
export { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
export { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
export { lintGutter, lintKeymap, nextDiagnostic, setDiagnostics } from "@codemirror/lint";
export { MySQL, PostgreSQL, SQLite, sql } from "@codemirror/lang-sql";
export { tags } from "@lezer/highlight";
