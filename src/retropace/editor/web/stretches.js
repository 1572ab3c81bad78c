"use strict";
// What lies over the charts: the marks with their edges, the chosen stretch, and what is being dragged.

class Stretches {
  /** marked(from, to), moved(mark, from, to) and clicked(moment) are called when a drag or a click ends. */
  constructor(charts, { pen, marked, moved, clicked }) {
    Object.assign(this, { charts, pen, marked, moved, clicked, marks: [], points: [], choice: null, drag: null });
    this.field = charts.field;
    this.box = this.add("choice");
    this.shade = this.add("drag");
    this.shade.append(document.createElement("span"));
    charts.on("zoom", () => this.place());
    this.field.addEventListener("pointerdown", (event) => this.start(event));
    this.field.addEventListener("pointermove", (event) => this.move(event));
    this.field.addEventListener("pointerup", (event) => this.end(event));
    this.field.addEventListener("pointercancel", () => this.stop());
  }

  add(kind) {
    const made = this.field.appendChild(document.createElement("div"));
    made.className = kind;
    made.hidden = true;
    return made;
  }

  /** Takes over the marks, and the moments that edges snap to. */
  show(marks, points) {
    this.points = points;
    for (const { element } of this.marks) element.remove();
    this.marks = marks.map((mark) => {
      const element = this.add(`stretch ${mark.direction}`);
      element.hidden = false;
      if (mark.editable) {
        for (const side of ["start", "end"]) {
          const edge = element.appendChild(document.createElement("div"));
          edge.className = `edge ${side}`;
          edge.dataset.side = side;
        }
      }
      return { mark, element };
    });
    this.place();
  }

  /** Draws a frame around a stretch [from, to]; null for none. */
  choose(choice) {
    this.choice = choice;
    this.place();
  }

  place() {
    for (const { mark, element } of this.marks) this.span(element, mark.start_s, mark.end_s);
    this.box.hidden = !this.choice;
    if (this.choice) this.span(this.box, ...this.choice);
  }

  /** Lays an element over [from, to], or hides it where that is out of sight. */
  span(element, from, to) {
    const { left, width } = this.charts.frame;
    const [a, b] = [from, to].map((moment) => Math.min(Math.max(this.charts.toPixel(moment), left), left + width));
    element.hidden = !(b > a) && !(this.drag && element === this.shade);
    Object.assign(element.style, { left: `${a}px`, width: `${b - a}px` });
    for (const edge of element.querySelectorAll(".edge")) {
      const moment = edge.dataset.side === "start" ? from : to;
      const pixel = this.charts.toPixel(moment);
      edge.hidden = pixel < left - 1 || pixel > left + width + 1;
    }
  }

  start(event) {
    if (event.button !== 0 || !event.isPrimary) return;
    const edge = event.target.closest(".edge");
    const held = edge && this.marks.find(({ element }) => element.contains(edge));
    const at = this.charts.momentUnder(event);
    this.drag = { x: event.clientX, at, side: edge?.dataset.side, mark: held?.mark, isMoving: Boolean(held) };
    this.field.setPointerCapture(event.pointerId);
  }

  move(event) {
    const { drag } = this;
    if (!drag) return;
    if (!drag.isMoving && Math.abs(event.clientX - drag.x) < 6) return;
    drag.isMoving = true;
    const [from, to] = this.dragged(event);
    this.shade.className = `drag ${drag.mark ? drag.mark.direction : this.pen().split(" ")[0]}`;
    this.shade.firstChild.textContent = `${Numbers.clock(from)} – ${Numbers.clock(to)}`;
    this.shade.hidden = false;
    this.span(this.shade, from, to);
  }

  /** From when to when a drag reaches. */
  dragged(event) {
    const { drag } = this;
    const here = this.snapped(this.charts.momentUnder(event), event.altKey);
    if (drag.mark) {
      const other = drag.side === "start" ? drag.mark.end_s : drag.mark.start_s;
      return [here, other].sort((a, b) => a - b);
    }
    return [this.snapped(drag.at, event.altKey), here].sort((a, b) => a - b);
  }

  end(event) {
    const { drag } = this;
    if (!drag) return;
    const [from, to] = this.dragged(event);
    this.stop();
    if (!drag.isMoving || (drag.mark && Math.abs(event.clientX - drag.x) < 2)) this.clicked(drag.at);
    else if (to - from >= 1) drag.mark ? this.moved(drag.mark, from, to) : this.marked(from, to);
  }

  stop() {
    this.drag = null;
    this.shade.hidden = true;
  }

  /** The moment, or the change of pace a few pixels away. Tenths of a second are enough for anybody. */
  snapped(moment, isFree) {
    const rounded = Math.round(moment * 10) / 10;
    if (isFree) return rounded;
    const pixel = this.charts.toPixel(moment);
    const near = Numbers.countUpTo(this.points, moment);
    const around = [this.points[near - 1], this.points[near]].filter((point) => point !== undefined);
    const away = (point) => Math.abs(this.charts.toPixel(point) - pixel);
    const best = around.sort((a, b) => away(a) - away(b))[0];
    return best !== undefined && away(best) <= 10 ? best : rounded;
  }
}
