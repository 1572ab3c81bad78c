"use strict";
// The overlay of the charts: annotated stretches with their edges, the chosen stretch, and the stretch being dragged.

class Stretches {
  /** onMark(from, to), onMove(mark, from, to) and onClick(moment) are called when a drag or a click ends. */
  constructor(charts, { pen, onMark, onMove, onClick }) {
    Object.assign(this, { charts, pen, onMark, onMove, onClick, marks: [], points: [], choice: null, drag: null });
    this.field = charts.field;
    this.box = this.add("choice");
    this.shade = this.add("drag");
    this.shade.append(document.createElement("span"));
    charts.on("zoom", () => this.layOut());
    this.field.addEventListener("pointerdown", (event) => this.start(event));
    this.field.addEventListener("pointermove", (event) => this.move(event));
    this.field.addEventListener("pointerup", (event) => this.end(event));
    this.field.addEventListener("pointercancel", () => this.stop());
  }

  add(kind) {
    const element = this.field.appendChild(document.createElement("div"));
    element.className = kind;
    element.hidden = true;
    return element;
  }

  /** Replaces the marks, and the moments to which edges snap. */
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
    this.layOut();
  }

  /** Frames a stretch [from, to]; null for none. */
  choose(choice) {
    this.choice = choice;
    this.layOut();
  }

  layOut() {
    for (const { mark, element } of this.marks) this.cover(element, mark.start_s, mark.end_s);
    this.box.hidden = !this.choice;
    if (this.choice) this.cover(this.box, ...this.choice);
  }

  /** Places an element over [from, to], or hides it if that is outside the view. */
  cover(element, from, to) {
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
    const markEntry = edge && this.marks.find(({ element }) => element.contains(edge));
    const moment = this.charts.momentAtPointer(event);
    this.drag = { x: event.clientX, moment, side: edge?.dataset.side, mark: markEntry?.mark, isMoving: Boolean(markEntry) };
    this.field.setPointerCapture(event.pointerId);
  }

  move(event) {
    const { drag } = this;
    if (!drag) return;
    if (!drag.isMoving && Math.abs(event.clientX - drag.x) < 6) return;
    drag.isMoving = true;
    const [from, to] = this.dragSpan(event);
    this.shade.className = `drag ${drag.mark ? drag.mark.direction : this.pen().split(" ")[0]}`;
    this.shade.firstChild.textContent = `${Numbers.formatDuration(from)} – ${Numbers.formatDuration(to)}`;
    this.shade.hidden = false;
    this.cover(this.shade, from, to);
  }

  /** Returns the stretch [from, to] of a drag. */
  dragSpan(event) {
    const { drag } = this;
    const moment = this.snap(this.charts.momentAtPointer(event), event.altKey);
    if (drag.mark) {
      const other = drag.side === "start" ? drag.mark.end_s : drag.mark.start_s;
      return [moment, other].sort((a, b) => a - b);
    }
    return [this.snap(drag.moment, event.altKey), moment].sort((a, b) => a - b);
  }

  end(event) {
    const { drag } = this;
    if (!drag) return;
    const [from, to] = this.dragSpan(event);
    this.stop();
    if (!drag.isMoving || (drag.mark && Math.abs(event.clientX - drag.x) < 2)) this.onClick(drag.moment);
    else if (to - from >= 1) drag.mark ? this.onMove(drag.mark, from, to) : this.onMark(from, to);
  }

  stop() {
    this.drag = null;
    this.shade.hidden = true;
  }

  /** Returns the nearest change point within 10 pixels, or the moment rounded to tenths of a second. */
  snap(moment, isFree) {
    const rounded = Math.round(moment * 10) / 10;
    if (isFree) return rounded;
    const pixel = this.charts.toPixel(moment);
    const index = Numbers.countUpTo(this.points, moment);
    const around = [this.points[index - 1], this.points[index]].filter((point) => point !== undefined);
    const pixelDistance = (point) => Math.abs(this.charts.toPixel(point) - pixel);
    const best = around.sort((a, b) => pixelDistance(a) - pixelDistance(b))[0];
    return best !== undefined && pixelDistance(best) <= 10 ? best : rounded;
  }
}
