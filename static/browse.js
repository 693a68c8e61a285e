// The Data tab: what cannot be a link or a form.
"use strict";

// Going back loads the page of that address, which says all of it.
document.addEventListener("DOMContentLoaded", () => { htmx.config.refreshOnHistoryMiss = true; });

document.addEventListener("change", (event) => {
  if (event.target.id === "filter-operator") fitValue();
  if (event.target.id === "filter-column" && event.target.value) $("#filter-operator").focus();
});

// Some filters take no value; the field is still sent, because filters are read three fields at a time.
function fitValue() {
  const alone = "alone" in $("#filter-operator").selectedOptions[0].dataset;
  const field = $("#filter-value");
  field.readOnly = alone;
  if (alone) field.value = "";
}

// The statement stays unfolded from page to page.
let sqlOpen = false;
document.addEventListener("toggle", (event) => {
  if (event.target.id === "browse-sql" && event.target.isConnected) sqlOpen = event.target.open;
}, { capture: true });

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.elt.id !== "browse") return;
  if ($("#browse-sql")) $("#browse-sql").open = sqlOpen;
  announce($("#browse [role=status]")?.textContent.trim().replace(/\s+/g, " ") || "");
});
