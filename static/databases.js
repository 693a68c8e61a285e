// The forms about databases: what htmx alone does not do.
"use strict";

const form = $("#connect");

if (form) {
  const outcome = $("#outcome");
  const progress = $("progress.upload", form);

  const say = (title, text) => {
    const box = document.createElement("div");
    const strong = document.createElement("strong");
    box.className = "message error";
    box.setAttribute("role", "alert");
    strong.textContent = title;
    box.append(strong, " " + text);
    outcome.replaceChildren(box);
  };

  // Nobody waits for an upload that will be refused.
  form.addEventListener("htmx:beforeRequest", (event) => {
    const files = [...($('input[type="file"]', form)?.files || [])];
    const isUpload = $('[name="kind"]:checked', form)?.value === "upload";
    const size = files.reduce((sum, file) => sum + file.size, 0);
    if (!isUpload || size <= Number(form.dataset.most)) return;
    event.preventDefault();
    say("Too large.", `The files have ${(size / 1048576).toFixed(0)} MB; at most ${form.dataset.mostWords} may be uploaded `
      + "at once. Upload less, or ask the operator to raise MAX_UPLOAD_MB.");
  });

  form.addEventListener("htmx:xhr:progress", (event) => {
    const { loaded, total } = event.detail;
    progress.hidden = !total || total < 1e6 || loaded >= total;
    if (total) progress.value = (100 * loaded) / total;
  });

  // The refusal of a body that is too long comes with its sentence.
  form.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status === 413) event.detail.shouldSwap = true;
  });

  for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    form.addEventListener(name, (event) => {
      progress.hidden = true;
      if (event.detail.xhr?.status === 413) return;
      say("No answer.", "The site did not answer as it should. What you typed is still here: try again in a moment.");
    });
  }

  // Fields that were refused are marked, as they would be on a page of their own.
  outcome.addEventListener("htmx:afterSwap", markFields);
  markFields();

  function markFields() {
    for (const field of $$("[aria-invalid]", form)) field.removeAttribute("aria-invalid");
    const refused = $$("[data-field]", outcome).map((item) => $("#" + item.dataset.field)).filter(Boolean);
    for (const field of refused) field.setAttribute("aria-invalid", "true");
    refused[0]?.focus({ preventScroll: true });
  }
}
