// What the figures show: layer, sequences, which axis of the sweep runs along x, which one gives the colours, and the
// value of every other axis.

const kTaskAxis = report.axes.findIndex((axis) => axis.column === "task");
const kHeadsAxis = report.axes.findIndex((axis) => axis.column === "heads");
const otherAxes = report.axes.map((_, place) => place).filter((place) => place !== kTaskAxis);

function firstXAxis() {
  if (kHeadsAxis >= 0) return kHeadsAxis;
  const numeric = otherAxes.find((axis) => report.axes[axis].values.every(isNumber));
  return numeric ?? otherAxes[0] ?? -1;
}

// More colours than these cannot be told apart: such an axis is fixed at one value instead.
const kMostColours = 7;
const canColour = (axis) => report.axes[axis].values.length <= kMostColours;

const selection = {
  layer: report.analysis.layer,
  split: report.analysis.split,
  x: firstXAxis(),
  colour: -1,
  fixed: new Map(),  // axis -> place of its value
};
selection.colour = otherAxes.find((axis) => axis !== selection.x && canColour(axis)) ?? -1;

function fixTheRest() {
  for (const axis of otherAxes) {
    if (axis === selection.x || axis === selection.colour) selection.fixed.delete(axis);
    else if (!selection.fixed.has(axis)) selection.fixed.set(axis, firstPlace(axis));
  }
}

// The value of the baseline where it has this axis.
const firstPlace = (axis) => report.axes[axis].baseline_place ?? 0;
fixTheRest();

const selectedPlane = () => findPlane(selection.layer, selection.split) || planes[0];

const valueText = (axis, place) => String(report.axes[axis].values[place]);

// "4 heads", "learning rate 0.001".
function valueName(axis, place) {
  const value = valueText(axis, place);
  if (report.axes[axis].column === "heads") return value === "1" ? "1 head" : value + " heads";
  return `${axisName(report.axes[axis].column)} ${value}`;
}

// Tasks in the order of the sweep; one row of panels each.
function taskRows() {
  if (kTaskAxis < 0) return [{ place: -1, name: report.arms[0]?.task || "" }];
  return report.axes[kTaskAxis].values.map((value, place) => ({ place, name: String(value) }));
}

const armIsShown = (arm) => [...selection.fixed].every(([axis, place]) => arm.at[axis] === place);
const armOfTask = (arm, task) => task.place < 0 || arm.at[kTaskAxis] === task.place;

// The arms of one task as series: one for each value of the colour axis, along x.
function seriesOfTask(task) {
  const shownArms = report.arms.map((arm, place) => ({ arm, place })).filter(({ arm }) => armIsShown(arm) && armOfTask(arm, task));
  const colours = selection.colour < 0 ? [0] : report.axes[selection.colour].values.map((_, place) => place);
  return colours.map((place) => ({
    place,
    name: selection.colour < 0 ? "trained" : valueName(selection.colour, place),
    arms: shownArms
      .filter(({ arm }) => selection.colour < 0 || arm.at[selection.colour] === place)
      .map((each) => ({ ...each, x: selection.x < 0 ? 0 : each.arm.at[selection.x] }))
      .sort((a, b) => a.x - b.x),
  })).filter((series) => series.arms.length > 0);
}

const xCount = () => (selection.x < 0 ? 1 : report.axes[selection.x].values.length);

// Places of x are equally far apart whatever the values: 1, 2, 4, 8 heads are doublings.
function xAxisLook() {
  const places = Array.from({ length: xCount() }, (_, place) => place);
  const text = selection.x < 0 ? [""] : report.axes[selection.x].values.map(String);
  const title = selection.x < 0 ? "" : axisTitleText(report.axes[selection.x].column);
  return { tickvals: places, ticktext: text, range: [-0.5, xCount() - 0.5], title: { text: title, standoff: 4, font: { size: 12 } }, showgrid: false, zeroline: false };
}

const xColumn = () => (selection.x < 0 ? "arm" : report.axes[selection.x].column);

// What the selection is, for captions.
function selectionText({ withLayer = true } = {}) {
  const parts = withLayer ? [layerName(selection.layer), `${splitName(selection.split)} sequences`] : [`${splitName(selection.split)} sequences`];
  for (const [axis, place] of selection.fixed) parts.push(`${axisName(report.axes[axis].column)} ${valueText(axis, place)}`);
  return parts.join(", ");
}

function addSelectionBar(parent) {
  const bar = make("div", { class: "selection", role: "group", "aria-label": "What the figures show" });
  parent.append(bar);
  const fill = () => {
    const changed = (change) => (value) => { change(value); fixTheRest(); fill(); redrawAll(); };
    const layers = [...new Set(planes.filter((plane) => plane.split === selection.split).map((plane) => plane.layer))];
    const splits = [...new Set(planes.map((plane) => plane.split))];
    if (!layers.includes(selection.layer)) selection.layer = layers[0];
    const controls = [
      makeSelect("Layer", layers.map((layer) => [layer, layerName(layer)]), selection.layer, changed((layer) => { selection.layer = layer; })),
      makeSelect("Sequences", splits.map((split) => [split, splitName(split)]), selection.split, changed((split) => { selection.split = split; })),
    ];
    if (otherAxes.length > 1) {
      const axes = otherAxes.map((axis) => [String(axis), axisName(report.axes[axis].column)]);
      controls.push(makeSelect("Along", axes, String(selection.x), changed((axis) => {
        if (Number(axis) === selection.colour) selection.colour = canColour(selection.x) ? selection.x : -1;
        selection.x = Number(axis);
      })));
      const colours = [["-1", "nothing"], ...axes.filter(([axis]) => Number(axis) !== selection.x && canColour(axis))];
      controls.push(makeSelect("Colours", colours, String(selection.colour), changed((axis) => { selection.colour = Number(axis); })));
    }
    for (const [axis, place] of selection.fixed) {
      const values = report.axes[axis].values.map((value, at) => [String(at), String(value)]);
      controls.push(makeSelect(axisName(report.axes[axis].column), values, String(place), changed((at) => selection.fixed.set(axis, Number(at)))));
    }
    const focused = bar.contains(document.activeElement) ? document.activeElement.getAttribute("aria-label") : null;
    bar.replaceChildren(...controls);
    // Who chooses with the keyboard goes on from there.
    [...bar.querySelectorAll("select")].find((select) => select.getAttribute("aria-label") === focused)?.focus({ preventScroll: true });
  };
  fill();
}
