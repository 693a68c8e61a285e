// The Benchmark tab: a run's page asks by itself what changed; while nobody looks, one time in ten.
"use strict";

let skipped = 0;
document.addEventListener("htmx:beforeRequest", (event) => {
  if (!document.hidden || !("poll" in event.target.dataset)) return;
  skipped = (skipped + 1) % 10;
  if (skipped) event.preventDefault();
});
