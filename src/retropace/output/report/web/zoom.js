"use strict";
// Zooms to the stretch that the mouse is dragged over; on touch screens a drag moves the crosshair instead.

class DragToZoom {
  constructor(charts) {
    Object.assign(this, { charts, from: null });
    this.shade = charts.field.appendChild(document.createElement("div"));
    this.shade.className = "drag";
    this.shade.hidden = true;
    charts.field.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || event.pointerType !== "mouse") return;
      this.from = event.clientX;
      charts.field.setPointerCapture(event.pointerId);
    });
    charts.field.addEventListener("pointermove", (event) => this.move(event));
    charts.field.addEventListener("pointerup", (event) => this.end(event));
    charts.field.addEventListener("pointercancel", () => this.stop());
    addEventListener("keydown", (event) => event.key === "Escape" && this.stop());
  }

  get isDragging() {
    return this.from !== null && !this.shade.hidden;
  }

  move(event) {
    if (this.from === null || (this.shade.hidden && Math.abs(event.clientX - this.from) < 6)) return;
    const origin = this.charts.field.getBoundingClientRect().left;
    const [left, right] = [this.from, event.clientX].sort((a, b) => a - b);
    this.shade.hidden = false;
    Object.assign(this.shade.style, { left: `${left - origin}px`, width: `${right - left}px` });
  }

  end(event) {
    const { charts } = this;
    if (this.isDragging) {
      const ends = [{ clientX: this.from }, event].map((pointer) => charts.toX(charts.momentAtPointer(pointer)));
      charts.zoom(Math.min(...ends), Math.max(...ends));
    }
    this.stop();
  }

  stop() {
    this.from = null;
    this.shade.hidden = true;
  }
}
