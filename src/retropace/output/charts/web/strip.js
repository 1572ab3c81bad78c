"use strict";
// The session in a line above the charts: a button for each segment, moving and zooming with the charts.

class Strip {
  /** say(i) is what a segment's button is called; choose(i) what happens when it is pressed. */
  constructor(element, charts, { say, choose }) {
    Object.assign(this, { element, charts, say, choose, current: -1 });
    this.line = element.appendChild(document.createElement("div"));
    this.line.className = "strip-line";
    charts.on("segments", () => this.draw());
    charts.on("zoom", () => this.place());
    element.addEventListener("keydown", (event) => this.key(event));
  }

  draw() {
    const { segments } = this.charts;
    const held = this.line.contains(document.activeElement);
    this.buttons = segments.direction.map((direction, at) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = `segment ${this.charts.kindOf(at)}`;
      button.setAttribute("aria-label", this.say(at));
      button.title = this.say(at);
      button.tabIndex = -1;
      button.addEventListener("click", () => this.choose(at));
      return button;
    });
    this.line.replaceChildren(...this.buttons);
    this.mark(Math.min(this.current, this.buttons.length - 1));
    if (held) this.buttons[Math.max(this.current, 0)]?.focus();
    this.place();
  }

  place() {
    if (!this.buttons) return;
    const { left, width } = this.charts.frame;
    Object.assign(this.line.style, { marginLeft: `${left}px`, width: `${width}px` });
    const [start, end] = this.charts.view;
    const edges = this.charts.edges;
    let visible = 0;
    this.buttons.forEach((button, at) => {
      const [from, to] = [edges[at], edges[at + 1]].map((x) => Math.min(Math.max((x - start) / (end - start), 0), 1));
      button.hidden = !(edges[at + 1] > start && edges[at] < end);
      visible += !button.hidden;
      button.style.left = `${100 * from}%`;
      button.style.width = `${100 * (to - from)}%`;
    });
    this.line.classList.toggle("dense", visible > width / 12);
  }

  /** Shows which segment is meant; -1 for none. One button of the line can be reached with Tab. */
  mark(at) {
    this.current = at;
    this.buttons?.forEach((button, number) => {
      button.toggleAttribute("aria-current", number === at);
      button.tabIndex = number === Math.max(at, 0) ? 0 : -1;
    });
  }

  key(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    const from = this.buttons.indexOf(document.activeElement);
    const to = Math.min(Math.max(from + step, 0), this.buttons.length - 1);
    this.buttons[to].focus();
    this.choose(to);
  }
}
