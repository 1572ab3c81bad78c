"use strict";
// The route on the map, coloured by direction; its zoom follows the charts, and a dot on it the crosshair.

class RouteMap {
  /** plot is Bokeh's model, view its view, and element their container. */
  constructor(plot, view, element) {
    Object.assign(this, { plot, view, element });
    this.dot = element.appendChild(document.createElement("div"));
    this.dot.className = "dot";
    this.dot.hidden = true;
  }

  /** Stores the route of an activity; returns false if there is none to show. */
  show(route) {
    const { unpack } = Numbers;
    this.route = {
      t: unpack(route.t_s),
      x: unpack(route.x_m),
      y: unpack(route.y_m),
      breaks: new Set(route.breaks),
      origin: route.origin,
    };
    this.isMercator = route.origin[0] !== 0 || route.origin[1] !== 0;
    return this.route.t.length > 1;
  }

  /** Draws the route, cut at the segments' edges; kindOf(i) returns the kind in which segment i is drawn. */
  draw(edges, kindOf) {
    const { t, x, y, breaks } = this.route;
    const [ox, oy] = this.route.origin;
    const lines = {};
    let segment = Math.max(Numbers.countUpTo(edges, t[0]) - 1, 0);
    let xs = [x[0] + ox];
    let ys = [y[0] + oy];
    const finish = () => {
      const kind = kindOf(Math.min(segment, edges.length - 2));
      const lineGroup = (lines[kind] ??= { xs: [], ys: [] });
      if (xs.length > 1) {
        lineGroup.xs.push(xs);
        lineGroup.ys.push(ys);
      }
    };
    for (let index = 1; index < t.length; index++) {
      const isJoined = !breaks.has(index - 1);
      while (segment + 2 < edges.length && edges[segment + 1] <= t[index]) {
        const share = (edges[segment + 1] - t[index - 1]) / Math.max(t[index] - t[index - 1], 1e-9);
        const between = (values) => values[index - 1] + share * (values[index] - values[index - 1]);
        const cut = [between(x) + ox, between(y) + oy];
        if (isJoined) {
          xs.push(cut[0]);
          ys.push(cut[1]);
        }
        finish();
        segment += 1;
        xs = isJoined ? [cut[0]] : [];
        ys = isJoined ? [cut[1]] : [];
      }
      if (!isJoined) {
        finish();
        xs = [];
        ys = [];
      }
      xs.push(x[index] + ox);
      ys.push(y[index] + oy);
    }
    finish();
    for (const kind of Charts.KINDS) {
      this.plot.select_one(kind).data_source.data = lines[kind] ?? { xs: [], ys: [] };
    }
    const last = t.length - 1;
    this.plot.select_one("start").data_source.data = { x: [x[0] + ox], y: [y[0] + oy] };
    this.plot.select_one("end").data_source.data = { x: [x[last] + ox], y: [y[last] + oy] };
  }

  /** Zooms to the route between two moments, with the same scale in both directions. */
  fit(from, to) {
    const { t, x, y, origin } = this.route;
    const first = Math.max(Numbers.countUpTo(t, from) - 1, 0);
    const end = Math.max(Math.min(Numbers.countUpTo(t, to) + 1, t.length), Math.min(first + 2, t.length));
    const xs = x.subarray(first, end);
    const ys = y.subarray(first, end);
    const low = [xs.reduce((a, b) => Math.min(a, b)), ys.reduce((a, b) => Math.min(a, b))];
    const high = [xs.reduce((a, b) => Math.max(a, b)), ys.reduce((a, b) => Math.max(a, b))];
    const { width, height } = this.view.frame.bbox;
    if (!(width > 0 && height > 0)) return;
    const minExtent = 20;
    const scale = 1.1 * Math.max(Math.max(high[0] - low[0], minExtent) / width, Math.max(high[1] - low[1], minExtent) / height);
    const centre = [(low[0] + high[0]) / 2 + origin[0], (low[1] + high[1]) / 2 + origin[1]];
    const ranges = [
      [this.plot.x_range, this.plot.below[0], centre[0], width],
      [this.plot.y_range, this.plot.left[0], centre[1], height],
    ];
    for (const [range, axis, middle, pixels] of ranges) {
      const [start, stop] = [middle - (scale * pixels) / 2, middle + (scale * pixels) / 2];
      range.setv({ start, end: stop });
      const marks = this.isMercator ? [] : Numbers.findLengthTicks(start, stop, pixels / 60);
      Charts.setTicks(axis, marks.map(([index, text]) => [index, `${text} m`]));
    }
  }

  /** Returns the position at a moment; null where it is unknown. */
  positionAt(moment) {
    const { t, x, y, breaks, origin } = this.route;
    const after = Numbers.countUpTo(t, moment);
    if (after === 0 || (after === t.length && moment > t[after - 1]) || breaks.has(after - 1)) return null;
    return [Numbers.interpolate(t, x, moment) + origin[0], Numbers.interpolate(t, y, moment) + origin[1]];
  }

  /** Moves the dot to the position at a moment; null hides it. */
  showPoint(moment) {
    const position = moment === null ? null : this.positionAt(moment);
    this.dot.hidden = position === null;
    if (position === null) return;
    const [px, py] = this.toPixels(...position);
    this.dot.style.transform = `translate(${px}px, ${py}px)`;
  }

  toPixels(x, y) {
    const { left, top, width, height } = this.view.frame.bbox;
    const { x_range: xr, y_range: yr } = this.plot;
    const share = [(x - xr.start) / (xr.end - xr.start), (yr.end - y) / (yr.end - yr.start)];
    return [left + share[0] * width, top + share[1] * height];
  }

  /** Returns the moment whose position is nearest to a pixel, at most 30 pixels away; null if there is none. */
  momentAt(px, py) {
    const { t, x, y, origin } = this.route;
    let best = null;
    let nearest = 30 ** 2;
    for (let index = 0; index < t.length; index++) {
      const [ax, ay] = this.toPixels(x[index] + origin[0], y[index] + origin[1]);
      const squaredDistance = (ax - px) ** 2 + (ay - py) ** 2;
      if (squaredDistance < nearest) [nearest, best] = [squaredDistance, t[index]];
    }
    return best;
  }
}
