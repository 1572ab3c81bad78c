"use strict";
// The controls around the charts of every page: axis, zoom, time slider, and the values under the crosshair.

class Bar {
  /** root contains .bar with its buttons, .readout and .moment with a range input; describeSegment(i) returns text. */
  constructor(root, charts, describeSegment) {
    Object.assign(this, { root, charts, describeSegment });
    this.readout = root.querySelector(".readout");
    this.slider = root.querySelector(".moment input");
    const actions = {
      in: () => charts.zoomBy(0.5),
      out: () => charts.zoomBy(2),
      whole: () => charts.whole(),
      left: () => charts.panBy(-0.4),
      right: () => charts.panBy(0.4),
    };
    for (const button of root.querySelectorAll(".bar [data-do]")) {
      button.addEventListener("click", () => actions[button.dataset.do]());
    }
    for (const radio of root.querySelectorAll(".bar [name=axis]")) {
      radio.addEventListener("change", () => charts.setMode(radio.value));
    }
    this.slider.addEventListener("input", () => charts.hover(Number(this.slider.value)));
    charts.on("hover", (moment) => this.showValues(moment));
    charts.on("zoom", () => this.enable());
  }

  /** Resets the controls for an activity that was just shown. */
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

  /** Shows the values at a moment; null clears them. */
  showValues(moment) {
    const { charts } = this;
    if (moment === null) {
      this.readout.textContent = this.readout.dataset.empty;
      return;
    }
    const values = charts.valuesAt(moment);
    const known = (name, text) => (Number.isFinite(values[name]) ? text(values[name]) : null);
    const texts = [
      Numbers.formatDuration(moment),
      charts.picture.has_distance ? Numbers.formatDistance(values.distance_m, charts.unit) : null,
      charts.picture.has_distance ? known("speed_mps", (speed) => Numbers.formatPace(speed, charts.unit)) : null,
      known("cadence_spm", (x) => `${x.toFixed(0)} spm`),
      known("step_length_m", (x) => `${x.toFixed(2)} m/step`),
      known("heart_rate_bpm", (x) => `${x.toFixed(0)} bpm`),
      this.describeSegment(charts.segmentAt(moment)),
    ].filter((text) => text !== null);
    this.readout.textContent = texts.join("  ·  ");
    this.slider.value = moment;
    this.slider.setAttribute("aria-valuetext", texts.join(", "));
  }
}
