"use strict";
// What stands around the charts on every page: the axis, the zoom, the moment, and the values under the crosshair.

class Bar {
  /** root holds .bar with its buttons, .readout, and .moment, a range input; words(i) tells a segment. */
  constructor(root, charts, words) {
    Object.assign(this, { root, charts, words });
    this.readout = root.querySelector(".readout");
    this.slider = root.querySelector(".moment input");
    const does = {
      in: () => charts.zoomBy(0.5),
      out: () => charts.zoomBy(2),
      whole: () => charts.whole(),
      left: () => charts.panBy(-0.4),
      right: () => charts.panBy(0.4),
    };
    for (const button of root.querySelectorAll(".bar [data-do]")) {
      button.addEventListener("click", () => does[button.dataset.do]());
    }
    for (const radio of root.querySelectorAll(".bar [name=axis]")) {
      radio.addEventListener("change", () => charts.setMode(radio.value));
    }
    this.slider.addEventListener("input", () => charts.hover(Number(this.slider.value)));
    charts.on("hover", (moment) => this.tell(moment));
    charts.on("zoom", () => this.enable());
  }

  /** Sets everything back for an activity that was just shown. */
  reset() {
    const { charts } = this;
    const duration = charts.segments.edges_s.at(-1);
    Object.assign(this.slider, { min: 0, max: duration, step: duration > 20_000 ? 5 : 1, value: 0 });
    for (const radio of this.root.querySelectorAll(".bar [name=axis]")) {
      radio.checked = radio.value === charts.mode;
      radio.disabled = radio.value === "distance" && !charts.picture.has_distance;
    }
    charts.hover(null);
  }

  enable() {
    for (const button of this.root.querySelectorAll(".bar [data-do]")) {
      if (button.dataset.do !== "in") button.disabled = this.charts.isWhole;
    }
  }

  tell(moment) {
    const { charts } = this;
    if (moment === null) {
      this.readout.textContent = this.readout.dataset.empty;
      return;
    }
    const values = charts.valuesAt(moment);
    const known = (name, text) => (Number.isFinite(values[name]) ? text(values[name]) : null);
    const told = [
      Numbers.clock(moment),
      charts.picture.has_distance ? Numbers.distance(values.distance_m, charts.unit) : null,
      charts.picture.has_distance ? known("speed_mps", (speed) => Numbers.pace(speed, charts.unit)) : null,
      known("cadence_spm", (x) => `${x.toFixed(0)} spm`),
      known("step_length_m", (x) => `${x.toFixed(2)} m/step`),
      known("heart_rate_bpm", (x) => `${x.toFixed(0)} bpm`),
      this.words(charts.segmentAt(moment)),
    ].filter((one) => one !== null);
    this.readout.textContent = told.join("  ·  ");
    this.slider.value = moment;
    this.slider.setAttribute("aria-valuetext", told.join(", "));
  }
}
