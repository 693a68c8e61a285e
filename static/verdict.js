// Under each answer: Correct, Wrong and what is wrong. Keys, and remarks that are half typed; the rest is HTML.
// Uses the helpers of app.js.
"use strict";

document.addEventListener("input", (event) => {
  const { draft } = event.target.dataset;
  if (draft) memory.set(draft, event.target.value);
});

// A remark that was begun is there again after a reload, and in an answer that was drawn anew; what was saved is not.
function showDrafts(within) {
  for (const field of $$("textarea[data-draft]", within)) {
    if (field.closest("[data-saved]")) memory.set(field.dataset.draft, "");
    const begun = memory.get(field.dataset.draft);
    if (!begun || begun === field.value) continue;
    field.value = begun;
    field.closest("details").open = true;
  }
}

showDrafts(document);
document.addEventListener("htmx:load", (event) => showDrafts(event.detail.elt.parentElement || document));

document.addEventListener("htmx:afterSettle", (event) => {
  const drawn = event.detail.elt;
  // A pick may draw the whole answer anew.
  const verdict = drawn.closest(".verdict") || (drawn.matches(".answer") && $(".verdict[data-given]", drawn));
  if (!verdict) return;
  announce($$("[data-said]", verdict).map((said) => said.textContent.replace(/\s+/g, " ").trim()).join(" "));
  // Not back to Correct: a key more would say the opposite of the remark.
  if (document.activeElement === document.body && drawn.matches(".answer")) drawn.focus({ preventScroll: true });
  else if (document.activeElement === document.body) ($("summary", verdict) || $("button", verdict))?.focus({ preventScroll: true });
  $(".say[open] form", verdict)?.scrollIntoView({ block: "nearest" });
  htmx.trigger(document.body, "judged");
});

const isSaving = () => Boolean($(".verdict .htmx-request, .choice.htmx-request"));

// Remarks whose Save did not reach the server, by their fields' ids: the chat sends them when it has the turns anew, as
// far as these do not have them.
const unsent = new Set();

function sendUnsent() {
  const fields = [...unsent].map((id) => document.getElementById(id)).filter(Boolean);
  unsent.clear();
  for (const field of fields) {
    const text = field.value.trim().replace(/\s+/g, " ");
    const said = $$(".remark-said q", field.closest(".verdict")).map((remark) => remark.textContent);
    if (text && !said.includes(text)) field.form.requestSubmit();
  }
}

document.addEventListener("htmx:sendError", (event) => {
  const field = $("textarea[data-draft]", event.detail.elt);
  if (!field || !$("#chat")) return;
  unsent.add(field.id);
  $(".error", field.closest(".verdict")).textContent = "The server is away. What you typed is kept: it is sent when the server is back.";
});

for (const failure of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(failure, (event) => {
    const verdict = event.detail.elt.closest(".verdict") || (event.detail.elt.matches(".choice") && $(".verdict", event.detail.elt.closest(".answer")));
    if (verdict && !unsent.has($("textarea[data-draft]", event.detail.elt)?.id)) $(".error", verdict).textContent = "The server did not take that. What you typed is kept: try again.";
  });
}

document.addEventListener("keydown", (event) => {
  if (event.repeat || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || $("dialog[open]")) return;
  if (!["c", "w"].includes(event.key) || event.target.closest("input, textarea, select")) return;
  const answer = document.activeElement.closest(".answer") || $("#alone .answer");
  if (answer) $(`.verdict [aria-keyshortcuts="${event.key}"]`, answer)?.click();
});
