// Saved questions: what a parameter's form asks for depends on its kind. Uses the helpers of app.js.
"use strict";

document.addEventListener("change", (event) => {
  const select = event.target.closest("select[data-kind]");
  if (!select) return;
  for (const part of $$("[data-of]", select.closest("fieldset"))) part.hidden = part.dataset.of !== select.value;
});
