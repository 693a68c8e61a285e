// Remarks: by keyboard through the queue. Focus goes on to the next that waits when one is decided on.
"use strict";

const remarks = () => $$("#remark-list > .remark");

document.addEventListener("htmx:afterSettle", ({ target }) => {
  if (!target.matches?.("#remark-list > .remark")) return;
  const stays = target.dataset.state === "pending" || $(".message.error", target);
  (stays ? target : nextWaiting(target) || target).focus();
});

// The next one after it, else the first of those that were left out before it.
function nextWaiting(remark) {
  const all = remarks();
  const waits = ({ dataset }) => dataset.state === "pending";
  return all.slice(all.indexOf(remark) + 1).find(waits) || all.find(waits);
}

// A rule that was moved says where it is now.
document.addEventListener("htmx:afterSettle", ({ target }) => {
  const rule = target.matches?.("#rules") && document.activeElement.closest(".rule-places")?.closest("li");
  if (!rule) return;
  const all = [...rule.parentElement.children];
  announce(`Rule ${all.indexOf(rule) + 1} of ${all.length}.`);
});

const keys = {
  a: (remark) => $("[value=accept]", remark)?.click(),
  x: (remark) => $("[value=reject]", remark)?.click(),
  e: (remark) => $("[name=rule]", remark)?.focus(),
  r: (remark) => $("[name=reason]", remark)?.focus(),
  j: (remark) => remarks()[remarks().indexOf(remark) + 1]?.focus(),
  k: (remark) => remarks()[remarks().indexOf(remark) - 1]?.focus(),
};

// Only on a remark itself: in its fields, letters are letters. A key that is held moves on, and does nothing else twice.
document.addEventListener("keydown", (event) => {
  const remark = event.target;
  if (!remark.matches("#remark-list > .remark") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape" || !Object.hasOwn(keys, event.key)) return;
  event.preventDefault();
  if (!event.repeat || "jk".includes(event.key)) keys[event.key](remark);
});

// Out of a field, back to its remark.
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && event.target.matches(".remark textarea")) event.target.closest(".remark").focus();
});
