// Draws a chart above every table that asks for one (data-chart: line or bar), from what the table says. The table stays,
// folded: whoever does not see the chart, or has no script, reads the same numbers there.

// On a phone the tabs are wider than the screen: the page one is on shall not be the one that cannot be seen.
document.querySelector(".report-tabs [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });

const charts = [];
const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const TONES = ["--accent", "--good", "--warn", "--bad"];
const DASHES = [[], [6, 4], [2, 3], [10, 3, 2, 3]];
const POINTS = ["circle", "rect", "triangle", "rectRot"];
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

function read(table) {
  const heads = [...table.tHead.rows[0].querySelectorAll("th")];
  const rows = [...table.tBodies[0].rows];
  const drawn = heads.map((head, place) => ({ head, place })).filter(({ head }) => "drawn" in head.dataset);
  return {
    labels: rows.map((row) => row.cells[0].textContent.trim()),
    unit: drawn[0]?.head.dataset.unit ?? "count",
    units: table.dataset.units,
    series: drawn.map(({ head, place }) => ({
      name: head.textContent.trim(),
      values: rows.map((row) => (row.cells[place + 1].dataset.value === "" ? null : Number(row.cells[place + 1].dataset.value))),
      texts: rows.map((row) => row.cells[place + 1].textContent.trim()),
    })),
  };
}

// Times are drawn in minutes, hours or days, whichever makes numbers that are easily read.
function scale(found, units) {
  if (found.unit !== "seconds") return { size: 1, word: "" };
  const most = Math.max(...found.series.flatMap((one) => one.values.map((value) => Math.abs(value ?? 0))));
  const place = most < 5400 ? 0 : most < 172_800 ? 1 : 2;
  return { size: [60, 3600, 86_400][place], word: units.split("|")[place] };
}

function tick(value, unit, word) {
  if (unit === "share") return `${Math.round(value * 100)} %`;
  const said = Number(value.toFixed(2)).toLocaleString(document.documentElement.lang);
  return word ? word.replace("%(n)s", said) : said;
}

function looks(kind, place) {
  const colour = style(TONES[place % TONES.length]);
  if (kind === "line") {
    return {
      borderColor: colour, backgroundColor: colour, borderDash: DASHES[place % DASHES.length], borderWidth: 2, pointRadius: 2.5,
      pointStyle: POINTS[place % POINTS.length], tension: 0.25, spanGaps: true,
    };
  }
  // The second bar is a frame: told apart without its colour.
  return { backgroundColor: place ? `${colour}2e` : colour, borderColor: colour, borderWidth: place ? 1.5 : 0, borderRadius: 4, maxBarThickness: 46 };
}

function draw(canvas, kind, found) {
  const { size, word } = scale(found, found.units);
  const ink = style("--ink-2");
  const line = style("--line");
  const wide = kind === "bar" && found.labels.some((label) => label.length > 9);
  const values = { grid: { color: line }, border: { display: false }, beginAtZero: true, ticks: { color: ink, maxTicksLimit: 7, precision: found.unit === "count" ? 0 : undefined, callback: (value) => tick(value, found.unit, word) } };
  const names = { grid: { display: false }, border: { color: line }, ticks: { color: ink, autoSkip: !wide, maxRotation: 0 } };
  return new Chart(canvas, {
    type: kind,
    data: { labels: found.labels, datasets: found.series.map((one, place) => ({ label: one.name, data: one.values.map((value) => (value === null ? null : value / size)), ...looks(kind, place) })) },
    options: {
      responsive: true, maintainAspectRatio: false, animation: still ? false : { duration: 250 }, indexAxis: wide ? "y" : "x",
      interaction: { mode: "index", intersect: false, axis: wide ? "y" : "x" },
      scales: wide ? { x: values, y: names } : { x: names, y: values },
      plugins: {
        legend: { display: found.series.length > 1, position: "bottom", labels: { color: ink, usePointStyle: true, boxHeight: 7 } },
        tooltip: { callbacks: { label: (item) => `${item.dataset.label}: ${found.series[item.datasetIndex].texts[item.dataIndex]}` } },
      },
    },
  });
}

function show(table) {
  const fold = table.closest("[data-chart-table]");
  const found = read(table);
  if (!fold || !found.series.length || !found.series.some((one) => one.values.some((value) => value !== null))) return;
  const place = document.createElement("div");
  place.className = "chart-place";
  const canvas = document.createElement("canvas");
  canvas.setAttribute("aria-hidden", "true");
  place.append(canvas);
  fold.before(place);
  fold.open = false;
  if (found.labels.length > 12 && table.dataset.chart === "bar") place.classList.add("chart-tall");
  charts.push({ canvas, kind: table.dataset.chart, found, chart: draw(canvas, table.dataset.chart, found) });
}

// Colours are those of the theme: another theme, another drawing.
function again() {
  for (const one of charts) {
    one.chart.destroy();
    one.chart = draw(one.canvas, one.kind, one.found);
  }
}

for (const table of document.querySelectorAll("table[data-chart]:not([data-chart='heat'])")) show(table);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
new MutationObserver(again).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
