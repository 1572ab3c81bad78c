"use strict";
// The charts over time or distance with the segments behind them: one crosshair and one zoom for all of them and the map.

class Charts {
  static KINDS = ["unknown", "rest", "forward", "suspected", "backward"];
  static CURVES = ["speed_mps", "cadence_spm", "step_length_m", "heart_rate_bpm"];

  /** Draws the charts into the elements of root that have data-chart; documents come from charts_document. */
  static async make(root, documents, unit) {
    Bokeh.set_log_level("warn");
    const made = new Charts(root, unit);
    for (const [name, item] of Object.entries(documents)) {
      const place = root.querySelector(`[data-chart="${name}"]`);
      const target = place.appendChild(document.createElement("div"));
      const views = await Bokeh.embed.embed_item(item, target);
      const view = views.roots ? views.roots[0] : Bokeh.index.find_one_by_id(item.root_id);
      // Bokeh's own stop for the Tab key does nothing here; the strip, the slider and the buttons are there for keys.
      view.canvas.events_el.removeAttribute("tabindex");
      made.parts[name] = { place, target, view, plot: view.model };
    }
    const { plot, view, target } = made.parts.map;
    made.map = new WayMap(plot, view, target);
    made.listen();
    made.colour();
    return made;
  }

  static colourAxes(plot, style) {
    const of = (name) => style.getPropertyValue(`--${name}`).trim();
    for (const axis of [...plot.below, ...plot.left]) axis.major_label_text_color = of("quiet");
    for (const line of plot.center) if (line.type === "Grid") line.grid_line_color = of("grid");
  }

  static setTicks(axis, marks) {
    axis.ticker.ticks = marks.map(([at]) => at);
    axis.major_label_overrides = new Map(marks);
  }

  constructor(root, unit) {
    Object.assign(this, { root, unit, parts: {}, mode: "time", moment: null, view: [0, 1], called: {} });
    this.field = root.querySelector(".charts");
    this.cross = this.field.appendChild(document.createElement("div"));
    this.cross.className = "cross";
    this.cross.hidden = true;
  }

  /** Calls back with (moment or null) on "hover", () on "zoom". */
  on(event, callback) {
    (this.called[event] ??= []).push(callback);
  }

  tell(event, ...values) {
    for (const callback of this.called[event] ?? []) callback(...values);
  }

  /** Shows an activity: what picture_document gave. */
  show(picture) {
    const { unpacked } = Numbers;
    this.rows = Object.fromEntries(Object.entries(picture.rows).map(([name, text]) => [name, unpacked(text)]));
    this.picture = picture;
    this.segments = picture;
    if (!picture.has_distance) this.mode = "time";
    for (const name of Charts.CURVES) {
      const { plot, place } = this.parts[name];
      const [low, high] = picture.scales[name];
      place.hidden = !(high > low);
      if (place.hidden) continue;
      plot.y_range.setv({ start: low, end: high });
      const marks = name === "speed_mps" ? picture.pace_marks : Numbers.lengthTicks(low, high, 6);
      Charts.setTicks(plot.left[0], marks);
    }
    const shown = Charts.CURVES.filter((name) => !this.parts[name].place.hidden);
    for (const name of shown) this.parts[name].plot.below[0].visible = name === shown.at(-1);
    this.parts.map.place.hidden = !this.map.show(picture.way);
    this.fill();
    this.whole();
  }

  /** Takes over other segments of the same activity: edges_s, edges_m, direction, basis. */
  showSegments(segments) {
    this.segments = segments;
    this.drawSegments();
  }

  kindOf(at) {
    return this.segments.basis[at] === "suspected" ? "suspected" : this.segments.direction[at];
  }

  get edges() {
    return this.mode === "time" ? this.segments.edges_s : this.segments.edges_m;
  }

  get xs() {
    return this.mode === "time" ? this.rows.t_s : this.rows.distance_m;
  }

  get bounds() {
    return [this.xs[0], Math.max(this.xs.at(-1), this.xs[0] + 1)];
  }

  toX(moment) {
    return this.mode === "time" ? moment : Numbers.interpolated(this.rows.t_s, this.rows.distance_m, moment);
  }

  toMoment(x) {
    return this.mode === "time" ? x : Numbers.interpolated(this.rows.distance_m, this.rows.t_s, x);
  }

  setMode(mode) {
    if (mode === this.mode) return;
    const moments = this.view.map((x) => this.toMoment(x));
    this.mode = mode;
    this.fill();
    this.zoom(...moments.map((moment) => this.toX(moment)));
  }

  /** Hands the curves and the bands to Bokeh. */
  fill() {
    for (const name of Charts.CURVES) {
      const { plot, place } = this.parts[name];
      if (!place.hidden) plot.select_one("curve").data_source.data = { x: this.xs, y: this.rows[name] };
    }
    this.drawSegments();
  }

  drawSegments() {
    const bands = Object.fromEntries(Charts.KINDS.map((kind) => [kind, { left: [], right: [] }]));
    const edges = this.edges;
    for (let at = 0; at + 1 < edges.length; at++) {
      const held = bands[this.kindOf(at)];
      held.left.push(edges[at]);
      held.right.push(edges[at + 1]);
    }
    for (const name of Charts.CURVES) {
      const { plot, place } = this.parts[name];
      if (place.hidden) continue;
      for (const kind of Charts.KINDS) plot.select_one(kind).data_source.data = bands[kind];
    }
    if (!this.parts.map.place.hidden) this.map.draw(this.segments.edges_s, (at) => this.kindOf(at));
    this.tell("segments");
  }

  /** What a chart shows, for those who don't see it. */
  describe(name, text) {
    this.parts[name].target.setAttribute("role", "img");
    this.parts[name].target.setAttribute("aria-label", text);
  }

  whole() {
    this.zoom(...this.bounds);
  }

  get isWhole() {
    return this.view[0] <= this.bounds[0] && this.view[1] >= this.bounds[1];
  }

  /** Shows [from, to] on the axis of all charts, within the activity and never less than a few seconds or metres. */
  zoom(from, to) {
    const [low, high] = this.bounds;
    const width = Math.min(Math.max(to - from, Math.min(10, high - low)), high - low);
    const start = Math.min(Math.max((from + to - width) / 2, low), high - width);
    this.view = [start, start + width];
    this.place();
    this.tell("zoom");
  }

  zoomBy(factor, around = (this.view[0] + this.view[1]) / 2) {
    this.zoom(around + (this.view[0] - around) * factor, around + (this.view[1] - around) * factor);
  }

  panBy(share) {
    const by = share * (this.view[1] - this.view[0]);
    this.zoom(this.view[0] + by, this.view[1] + by);
  }

  /** Lays the view onto Bokeh's ranges and axes. */
  place() {
    const [start, end] = this.view;
    const most = this.frame.width / 75;
    this.parts.map.plot.height = Math.round(Math.min(460, Math.max(0.85 * this.parts.map.target.clientWidth, 240)));
    const marks =
      this.mode === "time"
        ? Numbers.timeTicks(start, end, most)
        : Numbers.lengthTicks(start, end, most, this.unit.metres).map(([x, text]) => [x, `${text} ${this.unit.name}`]);
    for (const name of Charts.CURVES) {
      const { plot, place } = this.parts[name];
      if (place.hidden) continue;
      plot.x_range.setv({ start, end });
      Charts.setTicks(plot.below[0], marks);
    }
    if (!this.parts.map.place.hidden) this.map.fit(this.toMoment(start), this.toMoment(end));
    this.hover(this.moment);
  }

  /** Where the charts' frames lie within .charts: left, width, in pixels. */
  get frame() {
    const name = Charts.CURVES.find((one) => !this.parts[one].place.hidden);
    if (!name) return { left: 0, width: this.field.clientWidth };
    const { view, place } = this.parts[name];
    const { left, width } = view.frame.bbox;
    return { left: left + place.getBoundingClientRect().left - this.field.getBoundingClientRect().left, width };
  }

  /** The pixel within .charts at a moment; it may lie outside the frame. */
  toPixel(moment) {
    const { left, width } = this.frame;
    const [start, end] = this.view;
    return left + ((this.toX(moment) - start) / (end - start)) * width;
  }

  /** The moment under a pointer, within the view. */
  momentUnder(event) {
    const { left, width } = this.frame;
    const share = (event.clientX - this.field.getBoundingClientRect().left - left) / width;
    const [start, end] = this.view;
    return this.toMoment(start + Math.min(Math.max(share, 0), 1) * (end - start));
  }

  /** Moves the crosshair of all charts and the dot on the map; null takes them away. */
  hover(moment) {
    this.moment = moment;
    const pixel = moment === null ? -1 : this.toPixel(moment);
    const { left, width } = this.frame;
    this.cross.hidden = !(pixel >= left - 0.5 && pixel <= left + width + 0.5);
    this.cross.style.transform = `translateX(${pixel}px)`;
    if (!this.parts.map.place.hidden) this.map.point(moment);
    this.tell("hover", moment);
  }

  /** Which segment holds a moment. */
  segmentAt(moment) {
    const edges = this.segments.edges_s;
    return Math.min(Math.max(Numbers.countUpTo(edges, moment) - 1, 0), edges.length - 2);
  }

  /** The values at a moment: of the nearest row, and the distance covered. */
  valuesAt(moment) {
    const after = Math.min(Numbers.countUpTo(this.rows.t_s, moment), this.rows.t_s.length - 1);
    const t = this.rows.t_s;
    const at = after > 0 && moment - t[after - 1] < t[after] - moment ? after - 1 : after;
    const values = Object.fromEntries(Charts.CURVES.map((name) => [name, this.rows[name][at]]));
    return { ...values, distance_m: Numbers.interpolated(t, this.rows.distance_m, moment) };
  }

  listen() {
    this.field.addEventListener("pointermove", (event) => this.hover(this.momentUnder(event)));
    this.field.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && this.hover(null));
    this.field.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.field.addEventListener("dblclick", () => this.whole());
    this.parts.map.place.addEventListener("pointermove", (event) => {
      const box = this.parts.map.view.el.getBoundingClientRect();
      const moment = this.map.momentAt(event.clientX - box.left, event.clientY - box.top);
      if (moment !== null) this.hover(moment);
    });
    new ResizeObserver(() => this.rows && requestAnimationFrame(() => this.place())).observe(this.root);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.colour());
    addEventListener("beforeprint", () => this.colour(true));
    addEventListener("afterprint", () => this.colour());
  }

  /** Ctrl and the wheel zoom, a sideways wheel moves; without either the page scrolls. */
  wheel(event) {
    const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey;
    if (!(event.ctrlKey || event.metaKey || (sideways && !this.isWhole))) return;
    event.preventDefault();
    if (event.ctrlKey || event.metaKey) {
      const x = this.toX(this.momentUnder(event));
      this.zoomBy(Math.exp(Math.min(Math.max(event.deltaY, -100), 100) * 0.006), x);
    } else this.panBy((event.deltaX || event.deltaY) / this.frame.width);
  }

  /** Hands the style sheet's colours to Bokeh; on paper those of a light page. */
  colour(onPaper = false) {
    document.documentElement.classList.toggle("on-paper", onPaper);
    const style = getComputedStyle(document.documentElement);
    const of = (name) => style.getPropertyValue(`--${name}`).trim();
    const kindColour = (kind) => of(kind === "suspected" ? "backward" : kind);
    for (const [name, { plot }] of Object.entries(this.parts)) {
      Charts.colourAxes(plot, style);
      for (const kind of Charts.KINDS) {
        const { glyph } = plot.select_one(kind);
        if (name === "map") {
          glyph.line_color = kindColour(kind);
          glyph.line_alpha = kind === "suspected" ? 0.75 : 1;
        } else {
          glyph.fill_color = kindColour(kind);
          glyph.hatch_color = kindColour(kind);
        }
      }
      if (name === "map") {
        for (const end of ["start", "end"]) {
          const { glyph } = plot.select_one(end);
          glyph.fill_color = of("paper");
          glyph.line_color = of("ink");
          glyph.line_width = 2;
        }
      } else plot.select_one("curve").glyph.line_color = of("ink");
    }
  }
}
