"use strict";
// The way on the map, coloured by direction; its zoom follows the charts, and a point on it the crosshair.

class WayMap {
  /** plot: Bokeh's model; view: its view; element: what holds both. */
  constructor(plot, view, element) {
    Object.assign(this, { plot, view, element });
    this.dot = element.appendChild(document.createElement("div"));
    this.dot.className = "dot";
    this.dot.hidden = true;
    this.seen = null;
  }

  /** Takes over the way of an activity; false if it has none to show. */
  show(way) {
    const { unpacked } = Numbers;
    this.way = {
      t: unpacked(way.t_s),
      x: unpacked(way.x_m),
      y: unpacked(way.y_m),
      breaks: new Set(way.breaks),
      origin: way.origin,
    };
    this.isMercator = way.origin[0] !== 0 || way.origin[1] !== 0;
    return this.way.t.length > 1;
  }

  /** Draws the way cut at the segments' edges. kindOf(i) is how segment i is drawn. */
  draw(edges, kindOf) {
    const { t, x, y, breaks } = this.way;
    const [ox, oy] = this.way.origin;
    const lines = {};
    let segment = Math.max(Numbers.countUpTo(edges, t[0]) - 1, 0);
    let xs = [x[0] + ox];
    let ys = [y[0] + oy];
    const finish = () => {
      const kind = kindOf(Math.min(segment, edges.length - 2));
      const held = (lines[kind] ??= { xs: [], ys: [] });
      if (xs.length > 1) {
        held.xs.push(xs);
        held.ys.push(ys);
      }
    };
    for (let at = 1; at < t.length; at++) {
      const joined = !breaks.has(at - 1);
      while (segment + 2 < edges.length && edges[segment + 1] <= t[at]) {
        const share = (edges[segment + 1] - t[at - 1]) / Math.max(t[at] - t[at - 1], 1e-9);
        const cut = [x[at - 1] + share * (x[at] - x[at - 1]) + ox, y[at - 1] + share * (y[at] - y[at - 1]) + oy];
        if (joined) {
          xs.push(cut[0]);
          ys.push(cut[1]);
        }
        finish();
        segment += 1;
        xs = joined ? [cut[0]] : [];
        ys = joined ? [cut[1]] : [];
      }
      if (!joined) {
        finish();
        xs = [];
        ys = [];
      }
      xs.push(x[at] + ox);
      ys.push(y[at] + oy);
    }
    finish();
    for (const kind of Charts.KINDS) {
      this.plot.select_one(kind).data_source.data = lines[kind] ?? { xs: [], ys: [] };
    }
    const last = t.length - 1;
    this.plot.select_one("start").data_source.data = { x: [x[0] + ox], y: [y[0] + oy] };
    this.plot.select_one("end").data_source.data = { x: [x[last] + ox], y: [y[last] + oy] };
  }

  /** Shows what was run between two moments, as large as it fits, the same scale both ways. */
  fit(from, to) {
    this.seen = [from, to];
    const { t, x, y, origin } = this.way;
    const first = Math.max(Numbers.countUpTo(t, from) - 1, 0);
    const end = Math.max(Math.min(Numbers.countUpTo(t, to) + 1, t.length), Math.min(first + 2, t.length));
    const xs = x.subarray(first, end);
    const ys = y.subarray(first, end);
    const low = [xs.reduce((a, b) => Math.min(a, b)), ys.reduce((a, b) => Math.min(a, b))];
    const high = [xs.reduce((a, b) => Math.max(a, b)), ys.reduce((a, b) => Math.max(a, b))];
    const { width, height } = this.view.frame.bbox;
    if (!(width > 0 && height > 0)) return;
    const least = 20;
    const scale = 1.1 * Math.max(Math.max(high[0] - low[0], least) / width, Math.max(high[1] - low[1], least) / height);
    const centre = [(low[0] + high[0]) / 2 + origin[0], (low[1] + high[1]) / 2 + origin[1]];
    const ranges = [
      [this.plot.x_range, this.plot.below[0], centre[0], width],
      [this.plot.y_range, this.plot.left[0], centre[1], height],
    ];
    for (const [range, axis, middle, pixels] of ranges) {
      const [start, stop] = [middle - (scale * pixels) / 2, middle + (scale * pixels) / 2];
      range.setv({ start, end: stop });
      const marks = this.isMercator ? [] : Numbers.lengthTicks(start, stop, pixels / 60);
      Charts.setTicks(axis, marks.map(([at, text]) => [at, `${text} m`]));
    }
  }

  /** Where the runner was at a moment; null where that is not known. */
  placeAt(moment) {
    const { t, x, y, breaks, origin } = this.way;
    const after = Numbers.countUpTo(t, moment);
    if (after === 0 || (after === t.length && moment > t[after - 1]) || breaks.has(after - 1)) return null;
    return [Numbers.interpolated(t, x, moment) + origin[0], Numbers.interpolated(t, y, moment) + origin[1]];
  }

  /** Moves the dot; null takes it away. */
  point(moment) {
    const place = moment === null ? null : this.placeAt(moment);
    this.dot.hidden = place === null;
    if (place === null) return;
    const [px, py] = this.toPixels(...place);
    this.dot.style.transform = `translate(${px}px, ${py}px)`;
  }

  toPixels(x, y) {
    const { left, top, width, height } = this.view.frame.bbox;
    const { x_range: xr, y_range: yr } = this.plot;
    const share = [(x - xr.start) / (xr.end - xr.start), (yr.end - y) / (yr.end - yr.start)];
    return [left + share[0] * width, top + share[1] * height];
  }

  /** The moment whose place lies nearest to a pixel, within reach of a finger; null if there is none. */
  momentAt(px, py) {
    const { t, x, y, origin } = this.way;
    let best = null;
    let nearest = 30 ** 2;
    for (let at = 0; at < t.length; at++) {
      const [ax, ay] = this.toPixels(x[at] + origin[0], y[at] + origin[1]);
      const far = (ax - px) ** 2 + (ay - py) ** 2;
      if (far < nearest) [nearest, best] = [far, t[at]];
    }
    return best;
  }
}
