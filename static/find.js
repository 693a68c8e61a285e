// Finding by keys: down and up lead through what was found. Uses the helpers of app.js.
"use strict";

document.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const field = $("#find");
  if (event.key === "/" && event.target !== field && !event.target.closest("select")) {
    event.preventDefault();
    field.focus();
  }
  if (!step || event.target.closest("select")) return;
  const places = [field, ...$$("[data-hit]")];
  const at = places.indexOf(document.activeElement);
  if (at < 0) return;
  event.preventDefault();
  places[Math.min(Math.max(at + step, 0), places.length - 1)].focus();
});
