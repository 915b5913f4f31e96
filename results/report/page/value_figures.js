// Mixing by head count in its three definitions, both fidelities, and any metric layer by layer.

const kMixing = {
  hitting: ["mixing_time_paper", "hitting_time_forward_mean", "hitting_time_backward_mean"],
  mixing: ["mixing_time_paper", "mixing_time_forward", "mixing_time_backward"],
};
const kFidelities = ["fidelity_min_inner", "fidelity_min", "fidelity_relevant"];
let mixingKind = "hitting";
let layersMetric = report.metrics[Math.max(0, metricPlace(report.analysis.primary[0] || "hitting_time_forward_mean"))].name;

const taskTitle = (task, text) => (kTaskAxis < 0 ? text : `<b>${escaped(task.name)}</b> · ${text}`);

function gridOf(metricNames, plane) {
  const metrics = metricNames.map(metricPlace).filter((metric) => metric >= 0);
  return taskRows().flatMap((task, row) => metrics.map((metric, column) => ({
    row, column, task, metric, plane, title: taskTitle(task, metricTitle(metric)),
  })));
}

// The columns that no arm has a value in are left out (a relevant key that no task names).
function withValues(panels) {
  const filled = new Set(panels.filter((panel) => valuesOfPanel(panel).length > 0).map((panel) => panel.metric));
  const metrics = [...new Set(panels.map((panel) => panel.metric))].filter((metric) => filled.has(metric));
  return panels.filter((panel) => filled.has(panel.metric)).map((panel) => ({ ...panel, column: metrics.indexOf(panel.metric) }));
}

const copyIsHere = () => taskRows().some((task) => task.name === "copy");
const kCopyNote = " <strong>The task copy needs no attention</strong>: the answer is the token itself. What heads look like there is what training leaves behind where nothing is asked of them.";
const copyCaption = () => (copyIsHere() ? kCopyNote : "");

function addMixingFigure(parent) {
  const choice = makeSelect("Times forward and backward", [["hitting", "mean hitting time"], ["mixing", "mixing time (distance 1/4)"]], mixingKind, (kind) => { mixingKind = kind; figure.redraw(); });
  const figure = addFigure(parent, {
    id: "mixing", title: `Mixing by ${xName()}`, controls: [choice], empty: "No trial has been measured yet.",
    draw(width) {
      const panels = withValues(gridOf(kMixing[mixingKind], selectedPlane()));
      if (!panels.length) return null;
      const drawn = valuePanels(panels, width);
      drawn.caption = `Steps until a walk on the attention of one layer has mixed: <strong>lower is faster</strong>. Three definitions, because they rank heads differently: the paper's walk (capped at 100 steps), tokens moving forward to the sink, and backward to where they come from. ${kPointsCaption} Shown: ${escaped(selectionText())}.${skillCaption()}${copyCaption()}`;
      return drawn;
    },
  });
}

function addFidelityFigure(parent) {
  addFigure(parent, {
    id: "fidelity", title: `Fidelity by ${xName()}`, empty: "No trial has been measured yet.",
    draw(width) {
      const panels = withValues(gridOf(kFidelities, selectedPlane()));
      if (!panels.length) return null;
      const drawn = valuePanels(panels, width);
      drawn.caption = `The largest share of a position that reaches the sink at some step, for the position that fares worst: <strong>higher carries more</strong>. With the sink itself among the positions it says nothing about transport for a head that never rests there, and the two can point in opposite directions. ${kPointsCaption} Shown: ${escaped(selectionText())}.${skillCaption()}${copyCaption()}`;
      return drawn;
    },
  });
}

function addLayersFigure(parent) {
  const options = report.metrics.map((metric, place) => [metric.name, metricTitle(place)]);
  const choice = makeSelect("Metric", options, layersMetric, (name) => { layersMetric = name; figure.redraw(); });
  const figure = addFigure(parent, {
    id: "layers", title: "Layer by layer", controls: [choice], empty: "No trial has a value of this metric.",
    draw(width) {
      const metric = metricPlace(layersMetric);
      const here = planes.filter((plane) => plane.split === selection.split && plane.layer !== "last");
      const all = taskRows().flatMap((task, row) => here.map((plane) => ({ row, task, metric, plane, title: taskTitle(task, layerName(plane.layer)) })));
      const filled = here.filter((plane) => all.some((panel) => panel.plane === plane && valuesOfPanel(panel).length > 0));
      const panels = all.filter((panel) => filled.includes(panel.plane)).map((panel) => ({ ...panel, column: filled.indexOf(panel.plane) }));
      if (!panels.length) return null;
      const drawn = valuePanels(panels, width, { panelHeight: 200 });
      drawn.caption = `<strong>${escaped(metricTitle(metric))}</strong>: ${escaped(report.metrics[metric].meaning)}. ${kPointsCaption} Shown: ${escaped(selectionText({ withLayer: false }))}.${skillCaption()}${copyCaption()}`;
      return drawn;
    },
  });
}

const xName = () => (selection.x < 0 ? "arm" : axisTitleText(report.axes[selection.x].column));
