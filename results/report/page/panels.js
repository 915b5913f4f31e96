// A grid of panels in one figure: rows and columns of axes with titles, stacked into one column where the screen is
// narrow.

const kPanelGapX = 58;
const kPanelGapY = 78;
const kNarrow = 620;

// Breaks text between words where a line would be wider than `room` pixels; tags take no room.
function wrapped(text, room, size) {
  const most = Math.max(10, Math.floor(room / (0.56 * size)));
  const seen = (line) => line.replace(/<[^>]*>/g, "").replace(/&\w+;/g, "x").length;
  const lines = [];
  for (const word of text.split(" ")) {
    const last = lines.length - 1;
    if (last >= 0 && seen(`${lines[last]} ${word}`) <= most) lines[last] += ` ${word}`;
    else lines.push(word);
  }
  return lines;
}

// panels: [{ row, column, title, xaxis, yaxis }] -> { layout, axes: [{ x: "x3", y: "y3" }] }; xaxis and yaxis are
// Plotly's, without domains.
function panelLayout(panels, { width, panelHeight = 230, left = 62, right = 14, top = 34, bottom = 64, most = 6 }) {
  const rowsAsked = Math.max(...panels.map((panel) => panel.row)) + 1;
  const columnsAsked = Math.max(...panels.map((panel) => panel.column)) + 1;
  const narrow = width < kNarrow;
  const fitting = narrow ? 1 : Math.min(columnsAsked, most, Math.max(1, Math.floor((width - left - right + kPanelGapX) / (150 + kPanelGapX))));
  const rowsEach = Math.ceil(columnsAsked / fitting);
  const columns = Math.ceil(columnsAsked / rowsEach);
  const rows = rowsAsked * rowsEach;
  const plotWidth = width - left - right;
  const cellWidth = (plotWidth - (columns - 1) * kPanelGapX) / columns;
  const titles = panels.map((panel) => wrapped(panel.title, cellWidth + kPanelGapX - 16, 12.5));
  const below = panels.map((panel) => (panel.xaxis.title?.text ? wrapped(panel.xaxis.title.text, cellWidth + kPanelGapX - 16, 12) : [""]));
  const moreLines = (texts) => 15 * (Math.max(...texts.map((lines) => lines.length)) - 1);
  top += moreLines(titles);
  bottom += moreLines(below);
  const gapY = kPanelGapY + moreLines(titles) + moreLines(below);
  const height = top + bottom + rows * panelHeight + (rows - 1) * gapY;
  const plotHeight = height - top - bottom;
  const layout = Object.assign(baseLayout(), {
    width, height, margin: { l: left, r: right, t: top, b: bottom }, annotations: [], shapes: [],
  });
  const axes = panels.map((panel, index) => {
    const column = panel.column % columns;
    const row = panel.row * rowsEach + Math.floor(panel.column / columns);
    const x0 = (column * (cellWidth + kPanelGapX)) / plotWidth;
    const x1 = x0 + cellWidth / plotWidth;
    const y1 = 1 - (row * (panelHeight + gapY)) / plotHeight;
    const y0 = y1 - panelHeight / plotHeight;
    const suffix = index === 0 ? "" : String(index + 1);
    layout["xaxis" + suffix] = Object.assign(axisLook(), { domain: [Math.max(0, x0), Math.min(1, x1)], anchor: "y" + suffix }, panel.xaxis);
    if (below[index].length > 1) layout["xaxis" + suffix].title = { ...panel.xaxis.title, text: below[index].join("<br>") };
    layout["yaxis" + suffix] = Object.assign(axisLook(), { domain: [Math.max(0, y0), Math.min(1, y1)], anchor: "x" + suffix }, panel.yaxis);
    layout.annotations.push({
      text: titles[index].join("<br>"), x: x0, y: y1, xref: "paper", yref: "paper", xanchor: "left", yanchor: "bottom", yshift: 5,
      showarrow: false, align: "left", font: { size: 12.5, color: look().ink },
    });
    return { x: "x" + suffix, y: "y" + suffix };
  });
  return { layout, axes };
}

// Makes room below the panels for the legend, whatever its length.
function fitLegend(layout, traces) {
  const names = traces.filter((trace) => trace.name && trace.showlegend !== false).map((trace) => trace.name);
  if (names.length < 2) {
    layout.showlegend = false;
    return;
  }
  const room = layout.width - layout.margin.l - layout.margin.r;
  const across = Math.max(1, Math.floor(room / (52 + 6.9 * Math.max(...names.map((name) => name.length)))));
  const height = 14 + 20 * Math.ceil(names.length / across);
  layout.height += height;
  layout.margin.b += height;
  Object.assign(layout.legend, { yref: "container", y: 0, yanchor: "bottom", xref: "container", x: 0.01 });
}

// Decades with 1, 2, 5 between them where the range is short; plain numbers on the ticks.
function logAxis(values) {
  const positive = values.filter((value) => present(value) && value > 0 && Number.isFinite(value));
  const low = Math.log10(Math.min(...positive)), high = Math.log10(Math.max(...positive));
  if (!positive.length) return { type: "linear" };
  const pad = Math.max(0.04, (high - low) * 0.07);
  const range = [low - pad, high + pad];
  const steps = range[1] - range[0] > 2.4 ? [1] : range[1] - range[0] > 0.7 ? [1, 2, 5] : [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9];
  let ticks = [];
  for (let decade = Math.floor(range[0]); decade <= Math.ceil(range[1]); ++decade) {
    for (const step of steps) ticks.push(step * 10 ** decade);
  }
  ticks = ticks.filter((tick) => Math.log10(tick) >= range[0] && Math.log10(tick) <= range[1]);
  while (ticks.length > 8) ticks = ticks.filter((_, place) => place % 2 === 0);
  // Too short a range for round numbers: Plotly's own ticks.
  if (ticks.length < 2) return { type: "log", range, nticks: 4 };
  return { type: "log", range, tickvals: ticks, ticktext: ticks.map((tick) => numberText(Number(tick.toPrecision(3)))) };
}
