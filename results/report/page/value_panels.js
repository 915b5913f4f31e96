// Panels of a metric along x: every seed a point, means with their intervals, nulls as broken lines. Shared by the
// figures on mixing, fidelity and layers.

// Points of one x stand side by side: the series apart, and within a series the seeds.
function pointOffset(series, seriesCount, seed, seedCount) {
  const slot = 0.64 / seriesCount;
  const middle = (series - (seriesCount - 1) / 2) * slot;
  return middle + (seedCount > 1 ? (seed / (seedCount - 1) - 0.5) * slot * 0.72 : 0);
}

// panels: [{ row, column, task, metric, plane, title }]
function valuePanels(panels, width, options = {}) {
  const xLook = xAxisLook();
  const everything = panels.map((panel) => valuesOfPanel(panel));
  const specs = panels.map((panel, index) => ({
    row: panel.row, column: panel.column, title: panel.title, xaxis: xLook, yaxis: valueAxis(panel.metric, everything[index]),
  }));
  const { layout, axes } = panelLayout(specs, { width, ...options });
  const traces = [];
  const inLegend = new Set();
  panels.forEach((panel, index) => addPanelTraces(traces, panel, axes[index], inLegend));
  return { traces, layout, table: valueTable(panels) };
}

function valuesOfPanel({ task, metric, plane }) {
  const values = [];
  for (const series of seriesOfTask(task)) {
    for (const { place } of series.arms) {
      for (const field of ["mean", "low", "high"]) values.push(shown(metric, plane.ofArm(field, metric, place)));
      for (const trial of trialsOfArm[place]) values.push(shown(metric, plane.ofTrial("values", metric, trial)));
      for (const name of plane.nulls()) if (kNullsDrawn.includes(name)) values.push(shown(metric, plane.ofNull(name, metric, place)));
    }
  }
  return values.filter(present);
}

function valueAxis(metric, values) {
  const title = { text: metricUnit(metric), standoff: 4, font: { size: 12 } };
  if (report.metrics[metric].walk_time && values.length) return { ...logAxis(values), title };
  return { rangemode: "tozero", nticks: 6, title };
}

function addPanelTraces(traces, panel, axis, inLegend) {
  const { task, metric, plane } = panel;
  const allSeries = seriesOfTask(task);
  const once = (name) => !inLegend.has(name) && Boolean(inLegend.add(name));
  allSeries.forEach((series, order) => {
    addNulls(traces, panel, axis, series, order, allSeries.length, once);
  });
  allSeries.forEach((series, order) => {
    const raw = { x: [], y: [], text: [] };
    const mean = { x: [], y: [], up: [], down: [], text: [] };
    for (const { arm, place, x } of series.arms) {
      const trials = trialsOfArm[place];
      trials.forEach((trial, number) => {
        const value = shown(metric, plane.ofTrial("values", metric, trial));
        if (!present(value)) return;
        raw.x.push(x + pointOffset(order, allSeries.length, number, trials.length));
        raw.y.push(value);
        raw.text.push(`seed ${report.trials.seed[trial]}, trial ${report.trials.trial[trial]}`);
      });
      const value = shown(metric, plane.ofArm("mean", metric, place));
      if (!present(value)) continue;
      const low = shown(metric, plane.ofArm("low", metric, place)), high = shown(metric, plane.ofArm("high", metric, place));
      mean.x.push(x + pointOffset(order, allSeries.length, 0, 1));
      mean.y.push(value);
      mean.up.push(present(high) ? high - value : 0);
      mean.down.push(present(low) ? value - low : 0);
      mean.text.push(`${escaped(arm.label)}<br>mean ${numberText(value)}${present(low) ? `, 95% interval ${numberText(low)} to ${numberText(high)}` : ""}${skillText(place)}`);
    }
    const tint = colour(series.place);
    traces.push({
      type: "scatter", mode: "markers", xaxis: axis.x, yaxis: axis.y, x: raw.x, y: raw.y, text: raw.text,
      hovertemplate: `%{text}<br>%{y:.4g} ${metricUnit(metric)}<extra></extra>`, showlegend: false, legendgroup: series.name,
      marker: { color: tint, size: 5, opacity: 0.42, symbol: marker(series.place) }, meta: { kind: "seeds", series: series.name, metric: report.metrics[metric].name, task: task.name, layer: plane.layer },
    });
    traces.push({
      type: "scatter", mode: "lines+markers", xaxis: axis.x, yaxis: axis.y, x: mean.x, y: mean.y, text: mean.text,
      hovertemplate: "%{text}<extra></extra>", name: series.name, legendgroup: series.name, showlegend: once(series.name), legendrank: 1,
      line: { color: tint, width: 1.6 }, marker: { color: tint, size: 9, symbol: marker(series.place), line: { color: look().paper, width: 1 } },
      error_y: { type: "data", symmetric: false, array: mean.up, arrayminus: mean.down, color: tint, thickness: 2, width: 5 },
      meta: { kind: "mean", series: series.name, metric: report.metrics[metric].name, task: task.name, layer: plane.layer },
    });
  });
}

function addNulls(traces, { task, metric, plane }, axis, series, order, seriesCount, once) {
  for (const name of plane.nulls()) {
    const x = [], y = [];
    for (const { place, x: at } of series.arms) {
      const value = shown(metric, plane.ofNull(name, metric, place));
      if (!present(value)) continue;
      x.push(at + pointOffset(order, seriesCount, 0, 1));
      y.push(value);
    }
    if (!y.length) continue;
    const tint = seriesCount > 1 ? colour(series.place) : look().nulls;
    const label = kNullNames[name] || name;
    traces.push({
      type: "scatter", mode: "lines+markers", xaxis: axis.x, yaxis: axis.y, x, y, name: label, legendgroup: "null " + name, showlegend: once(label),
      visible: kNullsDrawn.includes(name) ? true : "legendonly", legendrank: legendRank(name), opacity: seriesCount > 1 ? 0.75 : 1,
      line: { color: tint, width: 1.4, dash: kDashes[name] }, marker: { color: tint, size: 7, symbol: kNullMarkers[name], line: { width: 1.3, color: tint } },
      hovertemplate: `${escaped(label)}<br>%{y:.4g} ${metricUnit(metric)}<extra></extra>`,
      meta: { kind: "null", null: name, series: series.name, metric: report.metrics[metric].name, task: task.name, layer: plane.layer },
    });
  }
}

// One row an arm and metric, as the figure has it: in the metric's own unit, fractions as fractions.
function valueTable(panels) {
  const nulls = [...new Set(panels.flatMap(({ plane }) => plane.nulls()))];
  const most = Math.max(0, ...panels.flatMap(({ task }) => seriesOfTask(task).flatMap((series) => series.arms.map(({ place }) => trialsOfArm[place].length))));
  const axes = report.axes.map((axis) => axis.column);
  const columns = [...axes, "metric", "unit", "layer", "split", "n", "mean", "low", "high", "sd", "censored", ...kSkill.map(([name]) => name), ...nulls, ...Array.from({ length: most }, (_, place) => `value ${place + 1}`)];
  const rows = [];
  for (const { task, metric, plane } of panels) {
    for (const { arms } of seriesOfTask(task)) {
      for (const { arm, place } of arms) {
        const values = trialsOfArm[place].map((trial) => plane.ofTrial("values", metric, trial));
        const unit = report.metrics[metric].unit;
        rows.push([
          ...arm.at.map((at, axis) => report.axes[axis].values[at]), report.metrics[metric].name, unit === "-" ? null : unit, plane.layer, plane.split, values.filter(present).length,
          ...["mean", "low", "high", "sd", "censored"].map((field) => plane.ofArm(field, metric, place)), ...kSkill.map(([, of]) => of(place)), ...nulls.map((name) => plane.ofNull(name, metric, place)),
          ...Array.from({ length: most }, (_, at) => values[at]),
        ]);
      }
    }
  }
  return { columns, rows };
}

const kPointsCaption = "Small points: single seeds. Large ones: means over seeds (times: geometric) with 95% intervals. Broken lines: what the same metric reads in nulls; more of them in the legend.";
