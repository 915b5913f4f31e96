// The document that `headsweep report` wrote into this page. Numbers were computed there: nothing here averages,
// tests or estimates; scripts look values up and draw them.

const report = JSON.parse(document.getElementById("document").textContent);

// Little-endian 32-bit floats in base64; NaN: absent.
function unpackReals(text) {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return new Float32Array(bytes.buffer);
}

function unpackBytes(text) {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

const present = (value) => value !== null && value !== undefined && !Number.isNaN(value);

// Trials of each arm, as places among report.trials.
const trialsOfArm = report.arms.map(() => []);
report.trials.arm.forEach((arm, place) => trialsOfArm[arm].push(place));

const metricPlace = (name) => report.metrics.findIndex((metric) => metric.name === name);

// A plane holds all numbers of one layer and split: packed fields by metric and arm, or by metric and trial.
class Plane {
  constructor(packed) {
    this.layer = packed.layer;
    this.split = packed.split;
    this.packed = packed;
    this.unpacked = new Map();
  }
  field(name) {
    if (!this.unpacked.has(name)) this.unpacked.set(name, unpackReals(this.packed[name]));
    return this.unpacked.get(name);
  }
  ofArm(name, metric, arm) { return this.field(name)[metric * report.arms.length + arm]; }
  ofTrial(name, metric, trial) { return this.field(name)[metric * report.trials.trial.length + trial]; }
  nulls() { return Object.keys(this.packed.nulls); }
  ofNull(name, metric, arm) { return this.nullField("nulls", name)[metric * report.arms.length + arm]; }
  // How the null differs between the arm and its baseline: walk times the ratio.
  nullChange(name, metric, arm) { return this.nullField("null_changes", name)[metric * report.arms.length + arm]; }
  nullField(group, name) {
    if (!(name in this.packed[group])) return [];  // in closed form it has no value for the whole model
    const key = group + " " + name;
    if (!this.unpacked.has(key)) this.unpacked.set(key, unpackReals(this.packed[group][name]));
    return this.unpacked.get(key);
  }
}

const planes = report.planes.map((packed) => new Plane(packed));
const findPlane = (layer, split) => planes.find((plane) => plane.layer === layer && plane.split === split);
