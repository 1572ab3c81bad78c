"use strict";
// The charts over time or distance with the segments behind them; crosshair and zoom are shared by all charts and the map.

class Charts {
  /** The kinds in which stretches are drawn, the last on top. */
  static KINDS = ["unknown", "rest", "forward", "suspected", "backward"];
  /** The columns that have a chart, from top to bottom. */
  static CURVES = ["speed_mps", "cadence_spm", "step_length_m", "heart_rate_bpm"];

  /** Draws the documents of build_chart_documents into the elements of root that have data-chart. */
  static async make(root, documents, unit) {
    Bokeh.set_log_level("warn");
    const charts = new Charts(root, unit);
    for (const [name, item] of Object.entries(documents)) {
      const container = root.querySelector(`[data-chart="${name}"]`);
      const target = container.appendChild(document.createElement("div"));
      const views = await Bokeh.embed.embed_item(item, target);
      const view = views.roots ? views.roots[0] : Bokeh.index.find_one_by_id(item.root_id);
      // Bokeh's canvas handles no keys; the strip, the slider and the buttons do.
      view.canvas.events_el.removeAttribute("tabindex");
      charts.figures[name] = { container, target, view, plot: view.model };
    }
    const { plot, view, target } = charts.figures.map;
    charts.map = new RouteMap(plot, view, target);
    charts.listen();
    charts.colour();
    return charts;
  }

  static colourAxes(plot, style) {
    const colourOf = (name) => style.getPropertyValue(`--${name}`).trim();
    for (const axis of [...plot.below, ...plot.left]) axis.major_label_text_color = colourOf("quiet");
    for (const line of plot.center) if (line.type === "Grid") line.grid_line_color = colourOf("grid");
  }

  static setTicks(axis, marks) {
    axis.ticker.ticks = marks.map(([index]) => index);
    axis.major_label_overrides = new Map(marks);
  }

  constructor(root, unit) {
    Object.assign(this, { root, unit, figures: {}, mode: "time", moment: null, view: [0, 1], listeners: {} });
    this.field = root.querySelector(".charts");
    this.cross = this.field.appendChild(document.createElement("div"));
    this.cross.className = "cross";
    this.cross.hidden = true;
  }

  /** Calls back with (moment or null) on "hover", () on "zoom". */
  on(event, callback) {
    (this.listeners[event] ??= []).push(callback);
  }

  notify(event, ...values) {
    for (const callback of this.listeners[event] ?? []) callback(...values);
  }

  /** Shows an activity; picture is the value of chart_data_to_dict. */
  show(picture) {
    const { unpack } = Numbers;
    this.rows = Object.fromEntries(Object.entries(picture.rows).map(([name, text]) => [name, unpack(text)]));
    this.picture = picture;
    this.segments = picture;
    if (!picture.has_distance) this.mode = "time";
    for (const name of Charts.CURVES) {
      const { plot, container } = this.figures[name];
      const [low, high] = picture.scales[name];
      container.hidden = !(high > low);
      if (container.hidden) continue;
      plot.y_range.setv({ start: low, end: high });
      const marks = name === "speed_mps" ? picture.pace_marks : Numbers.findLengthTicks(low, high, 6);
      Charts.setTicks(plot.left[0], marks);
    }
    const shown = Charts.CURVES.filter((name) => !this.figures[name].container.hidden);
    for (const name of shown) this.figures[name].plot.below[0].visible = name === shown.at(-1);
    this.figures.map.container.hidden = !this.map.show(picture.way);
    this.fill();
    this.whole();
  }

  /** Replaces the segments of the activity: edges_s, edges_m, direction, basis. */
  showSegments(segments) {
    this.segments = segments;
    this.drawSegments();
  }

  kindOf(index) {
    return this.segments.basis[index] === "suspected" ? "suspected" : this.segments.direction[index];
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
    return this.mode === "time" ? moment : Numbers.interpolate(this.rows.t_s, this.rows.distance_m, moment);
  }

  toMoment(x) {
    return this.mode === "time" ? x : Numbers.interpolate(this.rows.distance_m, this.rows.t_s, x);
  }

  setMode(mode) {
    if (mode === this.mode) return;
    const moments = this.view.map((x) => this.toMoment(x));
    this.mode = mode;
    this.fill();
    this.zoom(...moments.map((moment) => this.toX(moment)));
  }

  /** Passes the curves and the bands to Bokeh. */
  fill() {
    for (const name of Charts.CURVES) {
      const { plot, container } = this.figures[name];
      if (!container.hidden) plot.select_one("curve").data_source.data = { x: this.xs, y: this.rows[name] };
    }
    this.drawSegments();
  }

  drawSegments() {
    const bands = Object.fromEntries(Charts.KINDS.map((kind) => [kind, { left: [], right: [] }]));
    const edges = this.edges;
    for (let index = 0; index + 1 < edges.length; index++) {
      const band = bands[this.kindOf(index)];
      band.left.push(edges[index]);
      band.right.push(edges[index + 1]);
    }
    for (const name of Charts.CURVES) {
      const { plot, container } = this.figures[name];
      if (container.hidden) continue;
      for (const kind of Charts.KINDS) plot.select_one(kind).data_source.data = bands[kind];
    }
    if (!this.figures.map.container.hidden) this.map.draw(this.segments.edges_s, (index) => this.kindOf(index));
    this.notify("segments");
  }

  /** Sets the alternative text of a chart. */
  describe(name, text) {
    this.figures[name].target.setAttribute("role", "img");
    this.figures[name].target.setAttribute("aria-label", text);
  }

  whole() {
    this.zoom(...this.bounds);
  }

  get isWhole() {
    return this.view[0] <= this.bounds[0] && this.view[1] >= this.bounds[1];
  }

  /** Shows [from, to] on the axis of all charts, limited to the activity and at least 10 seconds or metres wide. */
  zoom(from, to) {
    const [low, high] = this.bounds;
    const width = Math.min(Math.max(to - from, Math.min(10, high - low)), high - low);
    const start = Math.min(Math.max((from + to - width) / 2, low), high - width);
    this.view = [start, start + width];
    this.layOut();
    this.notify("zoom");
  }

  zoomBy(factor, around = (this.view[0] + this.view[1]) / 2) {
    this.zoom(around + (this.view[0] - around) * factor, around + (this.view[1] - around) * factor);
  }

  panBy(share) {
    const by = share * (this.view[1] - this.view[0]);
    this.zoom(this.view[0] + by, this.view[1] + by);
  }

  /** Applies the view to Bokeh's ranges and axes. */
  layOut() {
    const [start, end] = this.view;
    const maxTicks = this.frame.width / 75;
    this.figures.map.plot.height = Math.round(Math.min(460, Math.max(0.85 * this.figures.map.target.clientWidth, 240)));
    const marks =
      this.mode === "time"
        ? Numbers.findTimeTicks(start, end, maxTicks)
        : Numbers.findLengthTicks(start, end, maxTicks, this.unit.metres).map(([x, text]) => [x, `${text} ${this.unit.name}`]);
    for (const name of Charts.CURVES) {
      const { plot, container } = this.figures[name];
      if (container.hidden) continue;
      plot.x_range.setv({ start, end });
      Charts.setTicks(plot.below[0], marks);
    }
    if (!this.figures.map.container.hidden) this.map.fit(this.toMoment(start), this.toMoment(end));
    this.hover(this.moment);
  }

  /** The left edge and width, in pixels, of the charts' frames within .charts. */
  get frame() {
    const name = Charts.CURVES.find((name) => !this.figures[name].container.hidden);
    if (!name) return { left: 0, width: this.field.clientWidth };
    const { view, container } = this.figures[name];
    const { left, width } = view.frame.bbox;
    return { left: left + container.getBoundingClientRect().left - this.field.getBoundingClientRect().left, width };
  }

  /** Returns the pixel within .charts at a moment; it may lie outside the frame. */
  toPixel(moment) {
    const { left, width } = this.frame;
    const [start, end] = this.view;
    return left + ((this.toX(moment) - start) / (end - start)) * width;
  }

  /** Returns the moment under a pointer, limited to the view. */
  momentAtPointer(event) {
    const { left, width } = this.frame;
    const share = (event.clientX - this.field.getBoundingClientRect().left - left) / width;
    const [start, end] = this.view;
    return this.toMoment(start + Math.min(Math.max(share, 0), 1) * (end - start));
  }

  /** Moves the crosshair of all charts and the dot on the map; null hides them. */
  hover(moment) {
    this.moment = moment;
    const pixel = moment === null ? -1 : this.toPixel(moment);
    const { left, width } = this.frame;
    this.cross.hidden = !(pixel >= left - 0.5 && pixel <= left + width + 0.5);
    this.cross.style.transform = `translateX(${pixel}px)`;
    if (!this.figures.map.container.hidden) this.map.showPoint(moment);
    this.notify("hover", moment);
  }

  /** Returns the index of the segment that contains a moment. */
  segmentAt(moment) {
    const edges = this.segments.edges_s;
    return Math.min(Math.max(Numbers.countUpTo(edges, moment) - 1, 0), edges.length - 2);
  }

  /** Returns the values of the row nearest to a moment, and the cumulative distance at the moment. */
  valuesAt(moment) {
    const after = Math.min(Numbers.countUpTo(this.rows.t_s, moment), this.rows.t_s.length - 1);
    const t = this.rows.t_s;
    const index = after > 0 && moment - t[after - 1] < t[after] - moment ? after - 1 : after;
    const values = Object.fromEntries(Charts.CURVES.map((name) => [name, this.rows[name][index]]));
    return { ...values, distance_m: Numbers.interpolate(t, this.rows.distance_m, moment) };
  }

  listen() {
    this.field.addEventListener("pointermove", (event) => this.hover(this.momentAtPointer(event)));
    this.field.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && this.hover(null));
    this.field.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.field.addEventListener("dblclick", () => this.whole());
    this.figures.map.container.addEventListener("pointermove", (event) => {
      const box = this.figures.map.view.el.getBoundingClientRect();
      const moment = this.map.momentAt(event.clientX - box.left, event.clientY - box.top);
      if (moment !== null) this.hover(moment);
    });
    new ResizeObserver(() => this.rows && requestAnimationFrame(() => this.layOut())).observe(this.root);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.colour());
    addEventListener("beforeprint", () => this.colour(true));
    addEventListener("afterprint", () => this.colour());
  }

  /** Zooms with Ctrl and the wheel and pans with a horizontal wheel; any other wheel event scrolls the page. */
  wheel(event) {
    const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey;
    if (!(event.ctrlKey || event.metaKey || (sideways && !this.isWhole))) return;
    event.preventDefault();
    if (event.ctrlKey || event.metaKey) {
      const x = this.toX(this.momentAtPointer(event));
      this.zoomBy(Math.exp(Math.min(Math.max(event.deltaY, -100), 100) * 0.006), x);
    } else this.panBy((event.deltaX || event.deltaY) / this.frame.width);
  }

  /** Passes the style sheet's colours to Bokeh; on paper those of a light page. */
  colour(onPaper = false) {
    document.documentElement.classList.toggle("on-paper", onPaper);
    const style = getComputedStyle(document.documentElement);
    const colourOf = (name) => style.getPropertyValue(`--${name}`).trim();
    const kindColour = (kind) => colourOf(kind === "suspected" ? "backward" : kind);
    for (const [name, { plot }] of Object.entries(this.figures)) {
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
          glyph.fill_color = colourOf("paper");
          glyph.line_color = colourOf("ink");
          glyph.line_width = 2;
        }
      } else plot.select_one("curve").glyph.line_color = colourOf("ink");
    }
  }
}
