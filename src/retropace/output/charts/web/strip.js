"use strict";
// A strip above the charts with a button for each segment, which moves and zooms with the charts.

class Strip {
  /** describeSegment(i) returns the label of a segment's button; onChoose(i) is called when it is pressed. */
  constructor(element, charts, { describeSegment, onChoose }) {
    Object.assign(this, { element, charts, describeSegment, onChoose, current: -1 });
    this.line = element.appendChild(document.createElement("div"));
    this.line.className = "strip-line";
    charts.on("segments", () => this.draw());
    charts.on("zoom", () => this.layOut());
    element.addEventListener("keydown", (event) => this.key(event));
  }

  draw() {
    const { segments } = this.charts;
    const hadFocus = this.line.contains(document.activeElement);
    this.buttons = segments.direction.map((direction, index) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = `segment ${this.charts.kindOf(index)}`;
      button.setAttribute("aria-label", this.describeSegment(index));
      button.title = this.describeSegment(index);
      button.tabIndex = -1;
      button.addEventListener("click", () => this.onChoose(index));
      return button;
    });
    this.line.replaceChildren(...this.buttons);
    this.markCurrent(Math.min(this.current, this.buttons.length - 1));
    if (hadFocus) this.buttons[Math.max(this.current, 0)]?.focus();
    this.layOut();
  }

  layOut() {
    if (!this.buttons) return;
    const { left, width } = this.charts.frame;
    Object.assign(this.line.style, { marginLeft: `${left}px`, width: `${width}px` });
    const [start, end] = this.charts.view;
    const edges = this.charts.edges;
    let visible = 0;
    this.buttons.forEach((button, index) => {
      const [from, to] = [edges[index], edges[index + 1]].map((x) => Math.min(Math.max((x - start) / (end - start), 0), 1));
      button.hidden = !(edges[index + 1] > start && edges[index] < end);
      visible += !button.hidden;
      button.style.left = `${100 * from}%`;
      button.style.width = `${100 * (to - from)}%`;
    });
    this.line.classList.toggle("dense", visible > width / 12);
  }

  /** Marks the current segment; -1 for none. Exactly one button of the strip can be reached with Tab. */
  markCurrent(index) {
    this.current = index;
    this.buttons?.forEach((button, number) => {
      button.toggleAttribute("aria-current", number === index);
      button.tabIndex = number === Math.max(index, 0) ? 0 : -1;
    });
  }

  key(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    const from = this.buttons.indexOf(document.activeElement);
    const to = Math.min(Math.max(from + step, 0), this.buttons.length - 1);
    this.buttons[to].focus();
    this.onChoose(to);
  }
}
