// The chat's side columns: they fold on a wide page and are drawers on a narrow one. Uses the helpers of app.js.
"use strict";

const narrow = matchMedia("(max-width: 900px)");

const isOpen = (side) => (narrow.matches ? $("#" + side).classList.contains("drawn") : !root.dataset[side]);

function fold(side, open) {
  if (narrow.matches) {
    $("#" + side).classList.toggle("drawn", open);
    $(".middle").inert = open;
  } else {
    open ? delete root.dataset[side] : (root.dataset[side] = "folded");
    memory.set("fold-" + side, open ? "" : "1");
  }
  showFolds();
  $$(`[data-toggle="${side}"]`).find((button) => button.checkVisibility({ visibilityProperty: true }))?.focus();
}

function showFolds() {
  for (const button of $$("[data-toggle]")) button.setAttribute("aria-expanded", isOpen(button.dataset.toggle));
}

function closeDrawers() {
  const drawn = $(".side.drawn");
  if (drawn) fold(drawn.id, false);
  return Boolean(drawn);
}

showFolds();
narrow.addEventListener("change", () => {
  $$(".side.drawn").forEach((side) => side.classList.remove("drawn"));
  $(".middle").inert = false;
  showFolds();
});
