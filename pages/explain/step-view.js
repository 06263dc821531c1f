/** Which part of the step is looked at, and by which measure: drawings that share it show the same part. */

/** A millionth of the step fills the width: no closer. */
const CLOSEST = 1e-6;

export class StepView {
  #listeners = [];
  #measures;
  /** By name of measure, where each launch begins in the step, from 0 to 1, and at last where the last one ends. */
  #edges;
  /** The part that is shown. */
  from = 0;
  to = 1;

  /** @param measures by name, how much of the step each launch is */
  constructor(measures) {
    this.#measures = measures;
    this.#edges = new Map(Object.entries(measures).map(([name, sizes]) => [name, edgesOf(sizes)]));
    [this.measure] = Object.keys(measures);
  }

  get measures() {
    return Object.keys(this.#measures);
  }

  /** What the whole step is by this measure. */
  get whole() {
    return this.#measures[this.measure].reduce((sum, size) => sum + size, 0);
  }

  /** Where a launch begins, by its number from 1: from 0 to 1 in the step. */
  start(number) {
    return this.#edges.get(this.measure)[number - 1];
  }

  end(number) {
    return this.start(number + 1);
  }

  /** Where a place in the step is drawn: from 0 to 1 within the part that is shown, outside beyond. */
  place(position) {
    return (position - this.from) / (this.to - this.from);
  }

  /** The place in the step that is drawn there. */
  at(place) {
    return this.from + place * (this.to - this.from);
  }

  /** Look at this part, or as much of it as there is. */
  show(from, to) {
    const width = Math.min(1, Math.max(CLOSEST, to - from));
    this.from = Math.min(1 - width, Math.max(0, from));
    this.to = this.from + width;
    for (const listener of this.#listeners) listener();
  }

  /** Look closer where `factor` is above 1; what is drawn at `place` stays there. */
  zoom(factor, place = 0.5) {
    const centre = this.at(place);
    this.show(centre - (centre - this.from) / factor, centre + (this.to - centre) / factor);
  }

  /** Move by this part of what is shown. */
  pan(by) {
    const distance = by * (this.to - this.from);
    const width = this.to - this.from;
    const from = Math.min(1 - width, Math.max(0, this.from + distance));
    this.show(from, from + width);
  }

  /** Take another measure, and go on showing the same launches. */
  measureBy(name) {
    const [before, after] = [this.#edges.get(this.measure), this.#edges.get(name)];
    this.measure = name;
    this.show(translated(this.from, before, after), translated(this.to, before, after));
  }

  onChange(listener) {
    this.#listeners.push(listener);
  }
}

function edgesOf(sizes) {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  let end = 0;
  const edges = [0];
  for (const size of sizes) {
    end += size;
    edges.push(end / total);
  }
  return edges;
}

/** The same place in the same launch by another measure. */
function translated(position, before, after) {
  const next = before.findIndex((edge) => edge > position);
  if (next < 0) return 1;
  const share = (position - before[next - 1]) / (before[next] - before[next - 1]);
  return after[next - 1] + share * (after[next] - after[next - 1]);
}
