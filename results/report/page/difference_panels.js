// Paired differences as a forest: a row an arm, a panel a metric. Walk times are ratios on a log axis, everything else
// differences. Filled: confirmatory and rejected; open: everything else.

// rows: [{ label, metric, mean, low, high, seeds: [[seed, value]], nulls: { name: value }, established, text }]
function differencePanels(metrics, rowsOf, width) {
  const labels = [...new Set(metrics.flatMap((metric) => rowsOf(metric).map((row) => row.label)))];
  const yLook = (first) => ({
    tickvals: labels.map((_, place) => place), ticktext: labels.map(escaped), range: [labels.length - 0.4, -0.6], showgrid: true, zeroline: false, showticklabels: first, ticks: "",
  });
  const narrow = width < kNarrow;
  const left = Math.min(narrow ? 130 : 260, 24 + 6.6 * Math.max(...labels.map((label) => label.length)));
  const panels = metrics.map((metric, column) => ({
    row: 0, column, title: `<b>${escaped(metricTitle(metric))}</b>`, xaxis: differenceAxis(metric, rowsOf(metric)), yaxis: yLook(column === 0 || narrow),
  }));
  const { layout, axes } = panelLayout(panels, { width, left, panelHeight: Math.max(90, 30 * labels.length), most: 2 });
  const traces = [];
  const inLegend = new Set();
  const once = (name) => !inLegend.has(name) && Boolean(inLegend.add(name));
  metrics.forEach((metric, index) => {
    const rows = rowsOf(metric);
    const neutral = report.metrics[metric].walk_time ? 1 : 0;
    layout.shapes.push({ type: "line", xref: axes[index].x, yref: axes[index].y, x0: neutral, x1: neutral, y0: labels.length - 0.4, y1: -0.6, line: { color: look().soft, width: 1.2 } });
    addDifferenceTraces(traces, metric, rows, labels, axes[index], once);
  });
  return { traces, layout };
}

const shownDifference = (metric, value) => (report.metrics[metric].walk_time ? value : shown(metric, value));

function differenceAxis(metric, rows) {
  const values = rows.flatMap((row) => [row.mean, row.low, row.high, ...row.seeds.map(([, value]) => value), ...kNullsDrawn.map((name) => row.nulls[name])]).filter(present).map((value) => shownDifference(metric, value));
  if (report.metrics[metric].walk_time) {
    return { ...logAxis([1, ...values]), title: { text: "times the baseline's (below 1: faster)", standoff: 4, font: { size: 12 } } };
  }
  const unit = report.metrics[metric].unit === "fraction" ? "percentage points" : metricUnit(metric);
  return { nticks: 6, zeroline: false, title: { text: `difference to the baseline${unit ? ` (${unit})` : ""}`, standoff: 4, font: { size: 12 } } };
}

function addDifferenceTraces(traces, metric, rows, labels, axis, once) {
  const name = report.metrics[metric].name;
  const nullNames = [...new Set(rows.flatMap((row) => Object.keys(row.nulls)))];
  for (const nullName of nullNames) {
    const drawn = rows.filter((row) => present(row.nulls[nullName]));
    const label = "change of: " + (kNullNames[nullName] || nullName);
    traces.push({
      type: "scatter", mode: "markers", xaxis: axis.x, yaxis: axis.y, x: drawn.map((row) => shownDifference(metric, row.nulls[nullName])), y: drawn.map((row) => labels.indexOf(row.label) + 0.26),
      name: label, legendgroup: label, showlegend: once(label), visible: kNullsDrawn.includes(nullName) ? true : "legendonly", legendrank: legendRank(nullName),
      marker: { symbol: kNullMarkers[nullName], size: 8, color: look().nulls, line: { width: 1.5, color: look().nulls } },
      hovertemplate: `${escaped(label)}<br>%{x:.4g}<extra></extra>`, meta: { kind: "null", null: nullName, metric: name },
    });
  }
  const seeds = rows.flatMap((row) => row.seeds.map(([seed, value], place) => ({ x: shownDifference(metric, value), y: labels.indexOf(row.label) + (row.seeds.length > 1 ? (place / (row.seeds.length - 1) - 0.5) * 0.26 : 0), text: `seed ${seed}` })));
  traces.push({
    type: "scatter", mode: "markers", xaxis: axis.x, yaxis: axis.y, x: seeds.map((seed) => seed.x), y: seeds.map((seed) => seed.y), text: seeds.map((seed) => seed.text),
    name: "pair of equal seed", legendgroup: "pair", legendrank: 2, showlegend: once("pair"), hovertemplate: "%{text}<br>%{x:.4g}<extra></extra>",
    marker: { size: 5, opacity: 0.4, color: colour(0) }, meta: { kind: "seeds", metric: name },
  });
  for (const established of [true, false]) {
    const drawn = rows.filter((row) => present(row.mean) && Boolean(row.established) === established);
    if (!drawn.length) continue;
    const label = established ? "established (Holm)" : report.analysis.tested ? "not established, or exploratory" : "mean and interval";
    traces.push({
      type: "scatter", mode: "markers", xaxis: axis.x, yaxis: axis.y, x: drawn.map((row) => shownDifference(metric, row.mean)), y: drawn.map((row) => labels.indexOf(row.label)),
      error_x: { type: "data", symmetric: false, color: colour(0), thickness: 2, width: 5,
        array: drawn.map((row) => (present(row.high) ? shownDifference(metric, row.high) - shownDifference(metric, row.mean) : 0)),
        arrayminus: drawn.map((row) => (present(row.low) ? shownDifference(metric, row.mean) - shownDifference(metric, row.low) : 0)) },
      text: drawn.map((row) => row.text), hovertemplate: "%{text}<extra></extra>", name: label, legendgroup: label, showlegend: once(label), legendrank: 1,
      marker: { size: 10, symbol: established ? "circle" : "circle-open", color: colour(0), line: { width: 2, color: colour(0) } },
      meta: { kind: "mean", metric: name, established },
    });
  }
}

function differenceText(row, metric) {
  const ratio = report.metrics[metric].walk_time;
  const value = (number) => numberText(shownDifference(metric, number));
  return `${escaped(row.label)}<br>${ratio ? "×" : ""}${value(row.mean)}${present(row.low) ? `, 95% interval ${value(row.low)} to ${value(row.high)}` : ""}` + skillText(row.arm) + (present(row.p) ? `<br>sign-flip p = ${numberText(row.p)} (smallest possible ${numberText(row.smallest_p)})` : "");
}

function differenceTable(metrics, rowsOf, extra = []) {
  const nullNames = [...new Set(metrics.flatMap((metric) => rowsOf(metric).flatMap((row) => Object.keys(row.nulls))))];
  const most = Math.max(0, ...metrics.flatMap((metric) => rowsOf(metric).map((row) => row.seeds.length)));
  const p = report.analysis.tested ? [["p", (row) => row.p ?? null], ["smallest p possible", (row) => row.smallest_p ?? null], ...extra] : extra;
  const beside = [...p, ...kSkill.map(([name, of]) => [name, (row) => of(row.arm)])];
  const columns = ["arm", "metric", "difference is", "pairs", "mean", "low", "high", ...beside.map(([name]) => name), ...nullNames.map((name) => "change of " + name), ...Array.from({ length: most }, (_, place) => `pair ${place + 1}`)];
  const rows = metrics.flatMap((metric) => rowsOf(metric).map((row) => [
    row.label, report.metrics[metric].name, report.metrics[metric].walk_time ? "ratio" : "arm - baseline", row.seeds.length, row.mean, row.low, row.high,
    ...beside.map(([, field]) => field(row)), ...nullNames.map((name) => row.nulls[name] ?? null), ...Array.from({ length: most }, (_, place) => row.seeds[place]?.[1] ?? null),
  ]));
  return { columns, rows };
}

// Rows of the selected plane, from its packed fields.
function planeDifferences(plane, metric, isShown) {
  const rows = [];
  report.arms.forEach((arm, place) => {
    if (arm.baseline === null || !isShown(arm)) return;
    const row = {
      arm: place, label: arm.label, mean: plane.ofArm("difference", metric, place), low: plane.ofArm("difference_low", metric, place), high: plane.ofArm("difference_high", metric, place), p: plane.ofArm("p", metric, place), smallest_p: plane.ofArm("smallest_p", metric, place),
      seeds: trialsOfArm[place].map((trial) => [report.trials.seed[trial], plane.ofTrial("differences", metric, trial)]).filter(([, value]) => present(value)), nulls: {},
    };
    for (const name of plane.nulls()) {
      const value = plane.nullChange(name, metric, place);
      if (present(value)) row.nulls[name] = value;
    }
    if (!present(row.mean)) return;
    row.text = differenceText(row, metric);
    rows.push(row);
  });
  return rows;
}
