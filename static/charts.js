// Answers as charts: table or chart, drawn by Vega-Lite in the page's own colours, saved as a picture.
// Vega comes only with the first chart that is shown. Uses the helpers of app.js; the rest is HTML.
"use strict";

(function () {
  // No eval, and no styles of its own: both are forbidden. Without its tooltips Vega writes titles, as a browser shows them.
  const EMBEDDED = { ast: true, actions: false, defaultStyle: false, tooltip: false, renderer: "svg", mode: "vega-lite" };
  const SHAPES = ["circle", "square", "triangle-up", "diamond", "triangle-down", "cross", "triangle-right", "stroke"];
  const OTHERS = "Others";
  const WHITE = "#fff";
  const drawn = new Map();

  // ---- Table or chart ----------------------------------------------------------------------------------------------

  const chartOf = (id) => document.getElementById("chart-" + id);

  function show(id, view) {
    const buttons = $(`[data-view-switch="${id}"]`);
    const table = document.getElementById("table-" + id);
    if (!buttons || !table) return;
    for (const button of $$("[data-view]", buttons)) button.setAttribute("aria-pressed", button.dataset.view === view);
    chartOf(id).hidden = view !== "chart";
    table.hidden = view === "chart";
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-view]");
    const id = button?.closest("[data-view-switch]")?.dataset.viewSwitch;
    if (!id) return;
    show(id, button.dataset.view);
    if (button.dataset.view === "table") announce("Table");
  });

  // Which answers of this page were left as charts: asked once for those that are new on it.
  let asking = 0;
  function askWhatWasChosen() {
    clearTimeout(asking);
    asking = setTimeout(async () => {
      const fresh = $$("[data-view-switch]:not([data-asked])");
      if (!fresh.length) return;
      for (const one of fresh) one.dataset.asked = "";
      const ids = fresh.map((one) => one.dataset.viewSwitch);
      const response = await fetch(`${fresh[0].dataset.knownAt}?answers=${ids.join(",")}`).catch(() => null);
      if (!response?.ok || response.redirected) return;
      for (const id of (await response.json()).charts) {
        show(id, "chart");
        if (chartOf(id)) near.observe(chartOf(id));
      }
    }, 50);
  }

  // Those that were left as charts are fetched when they come into sight.
  const near = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      const address = $(`[data-view-switch="${target.id.slice("chart-".length)}"]`)?.dataset.address;
      // Each by itself: of requests of one source htmx keeps the last.
      if (address && !target.children.length) htmx.ajax("GET", address, { source: target, target, swap: "innerHTML" });
    }
  }, { rootMargin: "400px" });

  // A chart that could not be fetched: the table stays.
  for (const failure of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    document.addEventListener(failure, (event) => {
      const place = event.detail.target;
      if (!place?.matches?.(".as-chart") || place.children.length) return;
      show(place.id.slice("chart-".length), "table");
      announce("The chart could not be fetched. The table is shown.");
    });
  }

  // ---- Drawing -----------------------------------------------------------------------------------------------------

  function colours(onWhite) {
    // On white: the light theme's, whatever the page has now.
    const theme = root.dataset.theme;
    if (onWhite) root.dataset.theme = "light";
    const style = getComputedStyle(root);
    const of = (name) => style.getPropertyValue(name).trim();
    const found = {
      ink: of("--ink"), quiet: of("--quiet"), line: of("--line"), paper: onWhite ? WHITE : of("--paper"), sans: of("--sans"),
      calm: of("--line-strong"), series: [1, 2, 3, 4, 5, 6, 7].map((number) => of("--chart-" + number)),
    };
    if (onWhite) theme ? (root.dataset.theme = theme) : delete root.dataset.theme;
    return found;
  }

  function config(colour) {
    const text = { labelColor: colour.quiet, labelFont: colour.sans, labelFontSize: 12 };
    const title = { titleColor: colour.quiet, titleFont: colour.sans, titleFontSize: 12, titleFontWeight: "normal" };
    const mark = { color: colour.series[0] };
    return {
      background: null, font: colour.sans, view: { stroke: null },
      axis: { ...text, ...title, gridColor: colour.line, domainColor: colour.line, tickColor: colour.line },
      axisX: { grid: false },
      legend: { ...text, ...title, orient: "top", direction: "horizontal", columns: 4, labelLimit: 160, symbolStrokeWidth: 2 },
      bar: { ...mark, stroke: colour.paper, strokeWidth: 0.5 }, line: mark, area: { ...mark, opacity: 0.85 }, point: mark,
    };
  }

  function specification(place, colour, width) {
    const spec = JSON.parse(place.dataset.spec);
    for (const channel of ["color", "shape"]) {
      const scale = spec.encoding[channel]?.scale;
      if (!scale) continue;
      const range = channel === "color" ? colour.series : SHAPES;
      scale.range = scale.domain.map((name, at) => (channel === "color" && name === OTHERS ? colour.calm : range[at % range.length]));
    }
    return { width, autosize: { type: "fit-x", contains: "padding" }, config: config(colour), ...spec };
  }

  let loading = null;
  function vega(place) {
    loading ||= place.dataset.vega.split(" ").reduce((before, address) => before.then(() => load(address)), Promise.resolve());
    loading.catch(() => { loading = null; });
    return loading;
  }

  function load(address) {
    if ($(`script[src="${address}"]`)) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const script = Object.assign(document.createElement("script"), { src: address, onload: resolve });
      script.onerror = () => { script.remove(); reject(new Error("not loaded")); };
      document.head.append(script);
    });
  }

  const locale = () => {
    const { thousands = ",", decimal = "." } = root.dataset;
    return { decimal, thousands, grouping: [3], currency: ["", ""] };
  };

  // The place says what is drawn; Vega would have its parts read one by one, so it gets an element of its own within.
  function inside(place) {
    if (!place.firstElementChild) place.append(Object.assign(document.createElement("div"), { ariaHidden: "true" }));
    return place.firstElementChild;
  }

  // One after the other: a drawing under way is waited for before the place is drawn anew.
  function draw(place) {
    drawn.set(place, Promise.resolve(drawn.get(place)).then(async (before) => {
      before?.finalize();
      if (!place.isConnected) return drawn.delete(place) && null;
      try {
        await vega(place);
        const done = await vegaEmbed(inside(place), specification(place, colours(false), "container"), { ...EMBEDDED, formatLocale: locale() });
        place.dataset.drawn = "";
        return done;
      } catch {
        place.textContent = "The chart could not be drawn. Its data is below.";
        return null;
      }
    }));
  }

  function drawWhatIsThere() {
    for (const [place, view] of drawn) {
      if (place.isConnected) continue;
      drawn.delete(place);
      Promise.resolve(view).then((gone) => gone?.finalize());
    }
    for (const place of $$(".drawing[data-spec]")) if (!drawn.has(place) && place.checkVisibility()) draw(place);
  }

  function redraw() {
    for (const place of drawn.keys()) draw(place);
  }

  let theme = root.dataset.theme;
  new MutationObserver(() => {
    if (theme === root.dataset.theme) return;
    theme = root.dataset.theme;
    redraw();
  }).observe(root, { attributes: true, attributeFilter: ["data-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);

  // A chart that is drawn anew keeps what was opened in it; the focus stays in it, also where its button is gone.
  let open = [];
  let hadFocus = false;
  document.addEventListener("htmx:beforeSwap", ({ detail: { target } }) => {
    if (!target.matches(".as-chart")) return;
    open = $$("details[open]", target).map(({ id }) => id);
    hadFocus = target.contains(document.activeElement);
  });

  document.addEventListener("htmx:afterSettle", (event) => {
    const panel = event.target.matches?.(".as-chart") ? event.target : event.target.closest?.(".as-chart");
    for (const id of panel ? open.splice(0) : []) document.getElementById(id)?.setAttribute("open", "");
    drawWhatIsThere();
    askWhatWasChosen();
    if (!panel) return;
    if (hadFocus && document.activeElement === document.body) $(".chart-change summary", panel)?.focus({ preventScroll: true });
    hadFocus = false;
    const said = $("[role=alert]", panel) || $(".chart-said", panel) || $(".no-chart", panel) || $(".chart-tiles", panel);
    announce(said?.textContent.replace(/\s+/g, " ").trim() || "");
    if (typeof follow === "function") follow();
  });
  document.addEventListener("htmx:wsAfterMessage", askWhatWasChosen);
  drawWhatIsThere();
  askWhatWasChosen();

  // ---- Saving ------------------------------------------------------------------------------------------------------

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-save]");
    const panel = button?.closest(".chart-panel");
    if (!panel) return;
    const place = $(".drawing", panel);
    const onWhite = $("[data-white]", panel).checked;
    const colour = colours(onWhite);
    const beside = document.createElement("div");
    const title = { text: place.dataset.name, anchor: "start", color: colour.ink, font: colour.sans, fontSize: 14, offset: 12 };
    const spec = { ...specification(place, colour, Math.max(480, place.clientWidth)), title, background: colour.paper, padding: 12 };
    try {
      await vega(place);
      const { view, finalize } = await vegaEmbed(beside, spec, { ...EMBEDDED, formatLocale: locale() });
      const address = await view.toImageURL(button.dataset.save, 2);
      finalize();
      Object.assign(document.createElement("a"), { href: address, download: `${fileName(place)}.${button.dataset.save}` }).click();
      if (address.startsWith("blob:")) setTimeout(() => URL.revokeObjectURL(address), 10000);
      announce(`Saved as ${button.dataset.save.toUpperCase()}`);
    } catch {
      announce("The picture could not be made.");
    }
  });

  const fileName = (place) => place.dataset.name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "").slice(0, 60) || "chart";
})();
