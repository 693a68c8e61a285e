// Saved questions: what a parameter's form asks for depends on its kind. Uses the helpers of app.js.
"use strict";

document.addEventListener("change", (event) => {
  const select = event.target.closest("select[data-kind]");
  if (!select) return;
  for (const part of $$("[data-of]", select.closest("fieldset"))) part.hidden = part.dataset.of !== select.value;
});

// The condition of a subscription: a limit only where one is compared with.
for (const select of $$("select[data-condition]")) {
  const show = () => {
    for (const part of $$("[data-limit]", select.form)) part.hidden = select.value === "rows";
  };
  select.addEventListener("change", show);
  show();
}

// A board's questions are dragged by their grips; by keys, each has buttons.
let dragged = null;

document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.(".grip")?.closest(".pin") || null;
  if (!dragged) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.dataset.pin);
  dragged.classList.add("dragged");
});

document.addEventListener("dragover", (event) => {
  const over = event.target.closest?.(".pin");
  if (!dragged || !over) return;
  event.preventDefault();
  if (over === dragged) return;
  const pins = $$(".pin");
  over[pins.indexOf(dragged) < pins.indexOf(over) ? "after" : "before"](dragged);
});

document.addEventListener("drop", (event) => {
  if (dragged) event.preventDefault();
});

document.addEventListener("dragend", () => {
  if (!dragged) return;
  dragged.classList.remove("dragged");
  dragged = null;
  const form = $("#order-form");
  form.elements.order.value = $$(".pin").map((pin) => pin.dataset.pin).join(",");
  form.requestSubmit();
});
