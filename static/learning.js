// The Learning page's charts: Vega-Lite, interpreted (the page forbids eval), in the page's own colours.
"use strict";

(function () {
  const SHAPES = ["circle", "square", "triangle-up", "diamond", "triangle-down", "cross"];
  // No eval, and no styles of its own: both are forbidden. Without its tooltips Vega writes titles, as a browser shows them.
  const EMBEDDED = { ast: true, actions: false, defaultStyle: false, tooltip: false, renderer: "svg", mode: "vega-lite" };
  const drawn = new Map();

  function colours() {
    const style = getComputedStyle(document.documentElement);
    const of = (name) => style.getPropertyValue(name).trim();
    return {
      ink: of("--ink"), quiet: of("--quiet"), line: of("--line"), paper: of("--paper"), sans: of("--sans"),
      good: of("--accent"), bad: of("--bad"), calm: of("--line-strong"),
      series: [of("--accent"), of("--sql-keyword"), of("--sql-string"), of("--sql-number"), of("--line-strong"), of("--ink")],
    };
  }

  // ---- The drawings ------------------------------------------------------------------------------------------------

  const field = (name, type, more = {}) => ({ field: name, type, ...more });
  // Vega would divide a time of few days into hours.
  function start(data) {
    const days = data.flatMap((row) => [Date.parse(row.start), Date.parse(row.end || row.start)]);
    const isShort = Math.max(...days) - Math.min(...days) <= 6 * 864e5;
    const axis = { title: null, format: "%-d %b", labelOverlap: true, tickCount: isShort ? "day" : 6 };
    return field("start", "temporal", { axis, scale: { type: "utc" } });
  }

  const day = field("start", "temporal", { title: "From", format: "%Y-%m-%d", formatType: "utc" });
  const legend = { title: null };
  const percent = { title: null, tickCount: 5, labelExpr: "round(datum.value * 100) + ' %'" };

  function amount(name, axis, scale = {}) {
    return field(name, "quantitative", { title: null, axis: { tickCount: 5, ...axis }, scale: { domainMin: 0, ...scale } });
  }

  const count = (name) => amount(name, { format: ",d", tickMinStep: 1 });

  // The whole number that none is above: what is drawn ends below the upper edge.
  const most = (data, name) => Math.max(2, ...data.map((row) => Math.ceil(row[name])));

  function tooltip(...fields) {
    return fields.map(([name, title, format]) => field(name, format ? "quantitative" : "nominal", { title, format }));
  }

  // One line a generation; `measure` is told apart by dashes.
  function byGeneration(data, y, tips, colour, more = {}) {
    const generations = [...new Set(data.map((row) => row.generation))];
    const scale = { domain: generations, range: generations.map((_, place) => colour.series[place % 6]) };
    const shape = { domain: generations, range: generations.map((_, place) => SHAPES[place % 6]) };
    return {
      mark: { type: "line", point: { size: 36, filled: true }, strokeWidth: 1.5 },
      encoding: {
        x: start(data), y, ...more,
        color: field("generation", "nominal", { legend: generations.length > 1 ? legend : null, scale }),
        shape: field("generation", "nominal", { legend: generations.length > 1 ? legend : null, scale: shape }),
        tooltip: [day, ...tooltip(["generation", "Prompt"], ...tips)],
      },
    };
  }

  function dashed(names, colour) {
    const seen = { stroke: { value: colour.quiet }, opacity: { value: 1 } };
    const stroke = { title: null, symbolType: "stroke", symbolSize: 300, encode: { symbols: { update: seen } } };
    return { strokeDash: field("measure", "nominal", { legend: stroke, scale: { domain: names, range: [[1, 0], [4, 3]] } }) };
  }

  // From the start of a day, week or month to its end: a bar of Vega-Lite's own would not be as wide as its time.
  function stackedOverTime(data, name, names, range, what, tips) {
    return {
      transform: [
        { calculate: `indexof(${JSON.stringify(names)}, datum["${name}"])`, as: "order" },
        { stack: what, groupby: ["start"], sort: [{ field: "order" }], as: ["low", "high"] },
      ],
      mark: { type: "rect", stroke: range.paper, strokeWidth: 1 },
      encoding: {
        x: start(data), x2: { field: "end" }, y: count("low"), y2: { field: "high" },
        color: field(name, "nominal", { legend, scale: { domain: names, range: range.colours } }),
        tooltip: [day, ...tooltip([name, "What"], ...tips)],
      },
    };
  }

  // Upright lines where generations of the prompt were put to use.
  function marked(drawing, marks, colour) {
    if (!marks.length) return drawing;
    const tooltip = [field("put", "nominal", { title: "Put to use" }), day];
    const x = field("start", "temporal");
    return {
      layer: [
        {
          data: { values: marks }, encoding: { x, tooltip },
          mark: { type: "rule", color: colour.quiet, strokeWidth: 1, strokeDash: [2, 3] },
        },
        drawing,
      ],
    };
  }

  const drawings = {
    success: (data, colour) => byGeneration(
      data, field("share", "quantitative", { axis: percent, scale: { domain: [0, 1] } }),
      [["measure", "Measure"], ["share", "Share", ".0%"], ["questions", "Questions", ",d"]],
      colour, dashed(["Answered", "At the first attempt"], colour),
    ),
    attempts: (data, colour) => byGeneration(
      data, amount("attempts", { format: ".1f" }, { domainMin: 1, domainMax: most(data, "attempts"), zero: false }),
      [["attempts", "Attempts per question", ".2f"], ["questions", "Questions", ",d"]], colour,
    ),
    errors: (data, colour) => ({
      height: 24 * new Set(data.map((row) => row.error)).size,
      mark: { type: "bar", height: { band: 0.7 } },
      encoding: {
        y: field("error", "nominal", { title: null, sort: null, axis: { labelLimit: 160, ticks: false, domain: false } }),
        x: count("questions"),
        color: field("end", "nominal", {
          legend, scale: { domain: ["Answered after all", "Not answered"], range: [colour.good, colour.bad] },
        }),
        tooltip: tooltip(["error", "Error"], ["end", "How it ended"], ["questions", "Questions", ",d"],
          ["repaired", "Answered after all", ".0%"]),
      },
    }),
    verdicts: (data, colour) => stackedOverTime(data, "verdict", ["Correct", "Wrong"],
      { colours: [colour.good, colour.bad], paper: colour.paper }, "count", [["count", "Verdicts", ",d"]]),
    tokens: (data, colour) => stackedOverTime(data, "kind", ["Cached", "Read", "Written"],
      { colours: [colour.calm, colour.series[1], colour.series[2]], paper: colour.paper }, "tokens",
      [["tokens", "Tokens", ",.0f"]]),
    seconds: (data, colour) => ({
      mark: { type: "line", point: { size: 36, filled: true, color: colour.good }, strokeWidth: 1.5, color: colour.good },
      encoding: {
        x: start(data), y: amount("seconds", { labelExpr: "format(datum.value, '~g') + ' s'" }),
        ...dashed(["Half within", "95 % within"], colour),
        tooltip: [day, ...tooltip(["measure", "Measure"], ["seconds", "Seconds", ",.1f"], ["answers", "Answers", ",d"])],
      },
    }),
  };

  function config(colour) {
    const text = { labelColor: colour.quiet, labelFont: colour.sans, labelFontSize: 12 };
    return {
      background: null, font: colour.sans, view: { stroke: null },
      axis: { ...text, gridColor: colour.line, domainColor: colour.line, tickColor: colour.line },
      axisX: { grid: false },
      legend: {
        ...text, orient: "top", direction: "horizontal", columns: 3,
        layout: { top: { anchor: "start", direction: "vertical", margin: 4 } },
      },
      bar: { stroke: colour.paper },
    };
  }

  // ---- Drawing -----------------------------------------------------------------------------------------------------

  // One after the other: a drawing under way is waited for before the place is drawn anew.
  function draw(place) {
    drawn.set(place, Promise.resolve(drawn.get(place)).then(async (before) => {
      before?.finalize();
      const done = await vegaEmbed(place, specification(place), EMBEDDED);
      place.dataset.drawn = "";
      return done;
    }));
  }

  function specification(place) {
    const colour = colours();
    const data = JSON.parse(place.dataset.values);
    const marks = JSON.parse(place.dataset.marks || "[]");
    return {
      width: "container", height: 200, autosize: { type: "fit-x", contains: "padding" },
      data: { values: data }, config: config(colour),
      ...marked(drawings[place.dataset.chart](data, colour), marks, colour),
    };
  }

  function drawWhatIsThere() {
    for (const place of $$("[data-chart]")) if (!drawn.has(place)) draw(place);
  }

  function redraw() {
    for (const place of drawn.keys()) draw(place);
  }

  new MutationObserver(redraw).observe(root, { attributes: true, attributeFilter: ["data-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  // What comes in above moves the page on: a field that was refused stays in sight.
  document.addEventListener("htmx:afterSettle", () => {
    drawWhatIsThere();
    $("[aria-invalid=true]:focus")?.scrollIntoView({ block: "center" });
  });
  drawWhatIsThere();
})();
