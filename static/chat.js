// The chat page: what the server cannot do. Keys, drafts, focus and scroll across swaps; the rest is HTML.
// Uses the helpers of app.js, and columns.js.
"use strict";

const chat = $("#chat");
const box = $("#question");
const scroller = $("#scroll");

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const { toggle } = button.dataset;
  if (toggle) fold(toggle, !isOpen(toggle));
  if (button.classList.contains("scrim")) closeDrawers();
  if ("edit" in button.dataset) edit($("[data-question]", button.closest(".turn")).textContent);
  if (button.id === "to-end") toEnd();
});

// A link to another answer leads to where it is on this page; else to its own page.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-answer]");
  const answer = link && document.getElementById("answer-" + link.dataset.answer);
  if (!answer || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  answer.closest(".turn").scrollIntoView();
  answer.focus({ preventScroll: true });
});

// ---- Scroll: follow the text only while the reader is at its end ----------------------------------------------------

let atEnd = true;
let frame = 0;
let newsAbove = 0;

function toEnd() {
  scroller.scrollTop = scroller.scrollHeight;
}

function follow() {
  frame ||= requestAnimationFrame(() => {
    frame = 0;
    atEnd ? toEnd() : ($("#to-end").hidden = false);
  });
}

toEnd();
// Who scrolls up leaves the end; what is added below meanwhile does not.
let lastTop = 0;
scroller.addEventListener("scroll", () => {
  const near = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 48;
  if (near) $("#to-end").hidden = true;
  atEnd = near || (atEnd && scroller.scrollTop >= lastTop);
  lastTop = scroller.scrollTop;
}, { passive: true });

// ---- Swaps: keep the focus and what was opened; say how an answer ended ---------------------------------------------

const nothing = () => ({ open: [], focus: "", place: "", running: [], taken: [] });
let kept = nothing();

function keep(target) {
  if (!target.matches(".answer, .result, .verdict, .retry-slot, .turn, #turns, .news, .panel, .optimization")) return;
  const focused = document.activeElement;
  kept.open.push(...$$("details[open][id]", target).map((details) => details.id));
  if (target.contains(focused)) {
    kept.focus = focused.id;
    kept.place = focused.closest(".result, .answer, .turn, .prompt-card, .optimization")?.id;
  }
  kept.running.push(...$$('.answer[data-status="running"]', target.parentElement).map((answer) => answer.id));
}

function restore() {
  const { open, focus, place, running, taken } = kept;
  kept = nothing();
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  if (place && document.activeElement === document.body) {
    (document.getElementById(focus) || document.getElementById(place))?.focus({ preventScroll: true });
  }
  if (taken.length) announce(taken.join(" "));
  for (const id of running) {
    const said = document.getElementById(id)?.dataset.announce;
    if (!said) continue;
    announce(said);
    htmx.trigger(document.body, "answered");
  }
}

document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const { target, fragment } = event.detail;
  const added = target.id === "turns" && $(".answer", fragment);
  if (added && document.getElementById(added.id)) return event.preventDefault();
  if (target.matches(".news")) newsAbove = scroller.scrollHeight;
  keep(target);
  kept.taken.push(...$$("[data-taken]", fragment).map((taken) => taken.textContent.replace(/\s+/g, " ").trim()));
});
// What is opened in a verdict, its own answer says.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (!event.detail.target.matches(".verdict")) keep(event.detail.target);
});
document.addEventListener("htmx:afterSettle", restore);

// Earlier questions come in above: what is being read stays where it is.
let below = 0;
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.matches(".earlier")) below = scroller.scrollHeight - scroller.scrollTop;
});
document.addEventListener("htmx:afterSwap", () => {
  if (!below) return;
  scroller.scrollTop = scroller.scrollHeight - below;
  below = 0;
  ($("#earlier") || $(".answer")).focus({ preventScroll: true });
});
document.addEventListener("htmx:wsAfterMessage", () => {
  quietSince = Date.now();
  restore();
  confirmAsked();
  follow();
});

// What became of the prompt comes in at the end, like an answer.
document.addEventListener("htmx:oobAfterSwap", (event) => {
  if (event.detail.target.matches(".news") && scroller.scrollHeight > newsAbove) follow();
});

// An optimization asks by itself how it stands; while nobody sees that, one time in ten.
let skipped = 0;
document.addEventListener("htmx:beforeRequest", (event) => {
  if (!("poll" in event.target.dataset)) return;
  const isSeen = !document.hidden && (event.target.checkVisibility?.({ visibilityProperty: true }) ?? true);
  skipped = isSeen ? 0 : (skipped + 1) % 10;
  if (skipped) event.preventDefault();
});

// ---- The question box: nothing typed is lost ------------------------------------------------------------------------

const LOGGED_OUT = 4401;
const draftKey = "draft:" + chat.dataset.conversation;
let sent = null;
let unsure = null;
let lost = false;
let socket = null;
let quietSince = 0;

const questions = () => $$("[data-question]").map((element) => element.textContent);

function boxChanged() {
  memory.set(draftKey, box.value);
  const limit = Number(box.dataset.limit) || 4000;
  const count = $("#too-long");
  count.hidden = box.value.length < limit * 0.9;
  count.classList.toggle("over", box.value.length > limit);
  count.textContent = `${box.value.length.toLocaleString("en")} / ${limit.toLocaleString("en")}`;
  if (!CSS.supports("field-sizing", "content")) {
    box.style.height = "auto";
    box.style.height = box.scrollHeight + "px";
  }
}

function setBox(text) {
  box.value = text;
  boxChanged();
}

function edit(text) {
  setBox(text);
  box.focus();
}

function notSending(sentence) {
  unsure = sent || unsure;
  sent = null;
  delete $("#ask").dataset.sending;
  if (sentence) $("#ask-error").textContent = sentence;
}

function confirmAsked() {
  const { request } = $("#asked").dataset;
  const confirmed = [sent, unsure].find((question) => question?.request === request);
  if (confirmed) {
    if (box.value === confirmed.text) setBox("");
    atEnd = true;
    if (confirmed === sent) notSending();
    unsure = null;
  } else if (sent && $("#ask-error").textContent.trim()) notSending();
}

function sendAsk(event) {
  const { parameters } = event.detail;
  if (sent || lost) return event.preventDefault();
  // The same question again, where it is not known whether it arrived, keeps its name: it is asked once.
  const request = unsure?.text === parameters.question ? unsure.request
    : `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
  parameters.request = request;
  sent = { request, text: parameters.question };
  $("#ask").dataset.sending = "";
  $("#ask-error").textContent = "";
  setTimeout(() => {
    if (sent?.request === request) notSending("The server has not answered yet. Your question is kept: send it again.");
  }, 10000);
}

// Of a server that was away for long, a page learns within seconds that it is back.
htmx.config.wsReconnectDelay = (tries) => Math.min(1000 * 2 ** tries, 8000) * (0.5 + Math.random() / 2);

// What happened while the connection was away: first the turns, then what is still being written. What is being saved
// in a turn comes before: turns that were drawn meanwhile would not know of it.
async function reload() {
  while (isSaving()) await new Promise((resolve) => setTimeout(resolve, 100));
  const first = $(".answer")?.id.slice("answer-".length) || "";
  const address = `${location.pathname}?since=${first}`;
  await htmx.ajax("GET", address, { target: "#turns", select: "#turns", swap: "outerHTML" });
  if (isSaving()) return reload();
  sendUnsent();
  const last = questions().at(-1);
  if (box.value === last) setBox("");
  if (unsure?.text === last) unsure = null;
  follow();
}

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id === "turns" && isSaving()) event.detail.shouldSwap = false;
});

function resume() {
  quietSince = Date.now();
  const answers = $$('.answer[data-status="running"]').map((answer) => answer.id.slice("answer-".length));
  if (answers.length) socket.send(JSON.stringify({ type: "resume", answers }));
}

const draft = memory.get(draftKey);
setBox(box.value || (draft === questions().at(-1) ? "" : draft));
box.addEventListener("input", boxChanged);
document.addEventListener("submit", (event) => {
  if (event.target.hasAttribute("ws-send")) event.preventDefault();
});
chat.addEventListener("htmx:wsConfigSend", (event) => {
  const { type } = event.detail.parameters;
  if (type === "ask") sendAsk(event);
  if (["retry", "retake", "again"].includes(type)) atEnd = true;
});
chat.addEventListener("htmx:wsAfterSend", (event) => {
  const stop = $("[data-stop]", event.target);
  if (stop) stop.disabled = true;
});
chat.addEventListener("htmx:wsOpen", (event) => {
  $("#connection").hidden = true;
  socket = event.detail.socketWrapper;
  if (lost) reload().then(resume);
  else resume();
  lost = false;
});
// An answer of a server that died says nothing any more: ask how it stands.
setInterval(() => {
  if (socket && !lost && Date.now() - quietSince > 10000) resume();
}, 5000);
chat.addEventListener("htmx:wsClose", (event) => {
  const { code } = event.detail.event;
  lost = true;
  notSending();
  $("#connection").textContent = code >= 4000 ? "The server closed this page. Reload it to go on; your question is kept."
    : "Connection lost: reconnecting… Your question is kept.";
  $("#connection").hidden = code === LOGGED_OUT;
  $("#logged-out").hidden = code !== LOGGED_OUT;
  if (code === 1000 || code === 1001 || code === 1005) setTimeout(event.detail.socketWrapper.reconnect, 1000);
});

// The log-in is where a person's own click may lead; what the page asks for by itself takes nobody away from typing.
document.addEventListener("htmx:beforeOnLoad", (event) => {
  const { xhr, requestConfig } = event.detail;
  if (!xhr.getResponseHeader("HX-Redirect") || requestConfig.triggeringEvent?.isTrusted) return;
  event.preventDefault();
  $("#logged-out").hidden = false;
});

// ---- Keys -----------------------------------------------------------------------------------------------------------

function onEscape() {
  if (!closeDrawers()) $$("[data-stop]:not(:disabled)").at(-1)?.form.requestSubmit();
}

const focused = (selector) => {
  const answer = document.activeElement.closest(".answer");
  return answer && $(selector, answer);
};

const keys = {
  r: () => focused("[data-retry]")?.form.requestSubmit(),
  "/": () => box.focus(),
  "[": () => fold("left", !isOpen("left")),
  "]": () => fold("right", !isOpen("right")),
};

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || $("dialog[open]")) return;
  if (event.key === "Escape") return onEscape();
  if (event.target === box) return boxKey(event);
  if (event.repeat || event.target.closest("input:not([type=radio]), textarea, select") || !keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
});

function boxKey(event) {
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    $("#ask").requestSubmit();
  } else if (event.key === "ArrowUp" && !box.value && questions().length) {
    event.preventDefault();
    edit(questions().at(-1));
  }
}
