"use strict";
// Many activities: a table that sorts and filters, and bars per week.

class Overview {
  constructor(section) {
    this.table = section.querySelector(".overview");
    this.body = this.table.tBodies[0];
    this.rows = [...this.body.rows];
    this.word = section.querySelector("input[type=search]");
    this.backward = section.querySelector("input[type=checkbox]");
    this.found = section.querySelector(".found");
    this.heads = [...this.table.tHead.rows[0].cells];
    this.heads.forEach((head, column) => head.querySelector("button").addEventListener("click", () => this.sort(column)));
    this.word.addEventListener("input", () => this.filter());
    this.backward.addEventListener("change", () => this.filter());
    this.column = this.heads.findIndex((head) => head.textContent === "backward");
    this.filter();
  }

  /** Sorts by a column, the largest first; names, and a second click, the other way round. Empty cells come last. */
  sort(column) {
    const head = this.heads[column];
    const isText = head.classList.contains("left");
    const before = head.getAttribute("aria-sort");
    const way = before === null ? (isText ? "ascending" : "descending") : before === "ascending" ? "descending" : "ascending";
    for (const one of this.heads) one.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", way);
    const by = (row) => row.cells[column].dataset.by;
    const turn = way === "ascending" ? 1 : -1;
    const order = (one, other) => {
      const [a, b] = [by(one), by(other)];
      if (a === undefined || b === undefined) return (a === undefined) - (b === undefined);
      return turn * (isText ? a.localeCompare(b) : Number(a) - Number(b));
    };
    this.rows.sort(order);
    this.body.append(...this.rows);
  }

  filter() {
    const words = this.word.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const row of this.rows) {
      const text = row.textContent.toLowerCase();
      const isIn = words.every((one) => text.includes(one));
      const goesBack = Number(row.cells[this.column].dataset.by ?? 0) > 0;
      row.hidden = !(isIn && (goesBack || !this.backward.checked));
      count += !row.hidden;
    }
    this.table.tFoot.hidden = count < this.rows.length;
    this.found.textContent = count < this.rows.length ? `${count} of ${this.rows.length}` : "";
  }
}

const Weeks = {
  async draw(place, item, labels) {
    const target = place.appendChild(document.createElement("div"));
    target.setAttribute("role", "img");
    target.setAttribute("aria-label", "Distance forward and backward per week; the table below holds the figures.");
    await Bokeh.embed.embed_item(item, target);
    const plot = Bokeh.index.find_one_by_id(item.root_id).model;
    const colour = () => {
      const style = getComputedStyle(document.documentElement);
      for (const name of ["forward", "backward"]) {
        const { glyph } = plot.select_one(name);
        glyph.fill_color = glyph.line_color = style.getPropertyValue(`--${name}`).trim();
      }
      Charts.colourAxes(plot, style);
    };
    const scale = () => {
      const most = Math.max(Math.floor(target.clientWidth / 90), 1);
      const step = Math.ceil(labels.length / most);
      const marks = labels.map((label, at) => [at, label]).filter(([at]) => at % step === 0);
      Charts.setTicks(plot.below[0], marks);
      Charts.setTicks(plot.left[0], Numbers.lengthTicks(plot.y_range.start, plot.y_range.end, 5));
    };
    colour();
    scale();
    new ResizeObserver(scale).observe(target);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", colour);
  },
};
