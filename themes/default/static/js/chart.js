// Charts: a figure's numbers drawn in the colours of the theme; the library comes with the first one
import { all, onArrival } from "./dom.js";

const TONES = ["good", "warn", "bad", "info"];
const COLOURS = 8;
const PALEST = 0.4;
const UPRIGHT_PX = 70;
const LINE_PX = 20;
const drawn = new Map();
const paper = matchMedia("print");

async function library() {
  if (!window.echarts) await import("../vendor/echarts.min.js");
  return window.echarts;
}

// Colours are mixed by the browser from the theme's tokens; a canvas wants them plain.
const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
const brush = canvas.getContext("2d", { willReadFrequently: true });
function colour(place, name) {
  const probe = document.createElement("i");
  probe.style.color = `var(--${name})`;
  place.append(probe);
  const mixed = getComputedStyle(probe).color;
  probe.remove();
  brush.clearRect(0, 0, 1, 1);
  brush.fillStyle = mixed;
  brush.fillRect(0, 0, 1, 1);
  return `rgb(${[...brush.getImageData(0, 0, 1, 1).data.slice(0, 3)].join(",")})`;
}

function palette(place) {
  const named = (name) => colour(place, name);
  return {
    ink: named("ink"), muted: named("muted"), line: named("line"), panel: named("panel"), raised: named("raised"),
    series: Array.from({ length: COLOURS }, (_, index) => named(`chart-${index + 1}`)),
    tones: Object.fromEntries(TONES.map((tone) => [tone, named(tone)])),
  };
}

const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const numbers = (values) => values.map((value) => (value === null ? null : Number(value)));
const text = (series, index) => series.texts?.[index] ?? series.values[index] ?? "";

const whole = (figure) => figure.series.every((series) => numbers(series.values).every((value) => Number.isInteger(value ?? 0)));

function tip(figure, colours) {
  return {
    trigger: figure.type === "pie" ? "item" : "axis",
    renderMode: "richText",
    backgroundColor: colours.raised,
    borderColor: colours.line,
    textStyle: { color: colours.ink, fontSize: 12.5 },
    axisPointer: { type: figure.type === "line" ? "line" : "shadow", lineStyle: { color: colours.line } },
    formatter(given) {
      const points = Array.isArray(given) ? given : [given];
      const lines = points.filter((point) => point.value != null).map((point) => {
        const series = figure.series[point.seriesIndex];
        return `${point.marker}${figure.series.length > 1 ? `${series.name}  ` : ""}${text(series, point.dataIndex)}`;
      });
      return [points[0].name, ...lines].join("\n");
    },
  };
}

function pie(figure, colours) {
  const [series] = figure.series;
  const data = figure.labels.map((name, index) => ({
    name, value: Number(series.values[index]), itemStyle: tone(figure, index, colours),
  }));
  return {
    legend: { type: "scroll", bottom: 0, textStyle: { color: colours.muted }, icon: "circle", itemWidth: 9, pageTextStyle: { color: colours.muted } },
    series: [{
      type: "pie", name: series.name, data, radius: ["46%", "74%"], center: ["50%", "45%"], padAngle: 1.5, itemStyle: { borderRadius: 4 },
      label: { color: colours.muted, opacity: 1, formatter: "{b} {d} %" }, labelLine: { lineStyle: { color: colours.line } }, minShowLabelAngle: 14,
    }],
  };
}

// States of one tone are told apart: each is paler than the one before it.
function tone(figure, index, colours) {
  const tones = figure.tones ?? [];
  if (!tones.some(Boolean)) return { color: colours.series[index % COLOURS] };
  const before = tones.slice(0, index).filter((each) => (each ?? "") === (tones[index] ?? "")).length;
  return { color: colours.tones[tones[index]] ?? colours.muted, opacity: Math.max(PALEST, 1 - before * 0.3) };
}

// Every label is shown as long as there is room for its line: upright and cut, or slanted where they stand close.
function labels(place, figure, colours) {
  const room = place.clientWidth / figure.labels.length;
  const upright = room >= UPRIGHT_PX;
  const slant = { width: 110, rotate: 32, interval: room >= LINE_PX ? 0 : "auto" };
  return { color: colours.muted, hideOverlap: room < LINE_PX, overflow: "truncate", ...(upright ? { width: room - 12, interval: 0 } : slant) };
}

function axes(place, figure, colours) {
  const single = figure.series.length === 1;
  const series = figure.series.map((each, place) => ({
    type: figure.type, name: each.name, stack: figure.type === "bar" && !single ? "all" : undefined, barMaxWidth: 46,
    smooth: 0.25, symbolSize: 6, showSymbol: figure.labels.length < 40, lineStyle: { width: 2.2 },
    color: colours.series[place % COLOURS], areaStyle: figure.type === "line" && single ? { opacity: 0.1 } : undefined,
    itemStyle: { borderRadius: figure.type === "bar" && single ? [4, 4, 0, 0] : 0 },
    data: numbers(each.values).map((value, index) =>
      single && figure.tones?.some(Boolean) && figure.type === "bar" ? { value, itemStyle: tone(figure, index, colours) } : value),
  }));
  return {
    grid: { left: 8, right: 12, top: 14, bottom: single ? 4 : 34, containLabel: true },
    legend: single ? undefined : { type: "scroll", bottom: 0, textStyle: { color: colours.muted }, icon: "circle", itemWidth: 9 },
    xAxis: {
      type: "category", data: figure.labels, axisTick: { show: false }, axisLine: { lineStyle: { color: colours.line } },
      axisLabel: labels(place, figure, colours),
    },
    yAxis: {
      type: "value", splitLine: { lineStyle: { color: colours.line } },
      axisLabel: { color: colours.muted, formatter: (value) => short.format(value) }, minInterval: whole(figure) ? 1 : undefined,
    },
    series,
  };
}

function options(place, figure) {
  const colours = palette(place);
  const font = getComputedStyle(place).fontFamily;
  return {
    animation: !paper.matches && !matchMedia("(prefers-reduced-motion: reduce)").matches, animationDuration: 350, textStyle: { fontFamily: font },
    tooltip: tip(figure, colours), ...(figure.type === "pie" ? pie(figure, colours) : axes(place, figure, colours)),
  };
}

export async function draw(place) {
  const figure = JSON.parse(place.dataset.chart);
  if (!figure.labels.length) return;
  const echarts = await library();
  if (!place.isConnected || drawn.has(place)) return;
  const chart = echarts.init(place, null, { renderer: "canvas" });
  drawn.set(place, { chart, figure });
  chart.setOption(options(place, figure));
  chart.on("click", ({ seriesIndex, dataIndex }) => {
    const url = figure.series[seriesIndex]?.urls?.[dataIndex];
    if (url) location.assign(url);
  });
  new ResizeObserver(() => {
    chart.resize();
    chart.setOption(options(place, figure));
  }).observe(place);
  place.dataset.drawn = "";
}

function redraw() {
  for (const [place, { chart, figure }] of drawn) {
    if (place.isConnected) {
      chart.setOption(options(place, figure), true);
    } else {
      chart.dispose();
      drawn.delete(place);
    }
  }
}

new MutationObserver(redraw).observe(document.documentElement, { attributeFilter: ["data-mode"] });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
// A canvas is a picture: paper, which is light and narrow, gets one of its own.
paper.addEventListener("change", () => {
  for (const { chart } of drawn.values()) chart.resize();
  redraw();
});
onArrival((root) => {
  redraw();
  const places = root.matches?.("[data-chart]") ? [root] : all("[data-chart]", root);
  places.forEach((place) => draw(place));
});
