"use strict";
// The overview of several activities: a table that can be sorted and filtered, and a bar chart per week.

class Overview {
  constructor(section) {
    this.table = section.querySelector(".overview");
    this.body = this.table.tBodies[0];
    this.rows = [...this.body.rows];
    this.search = section.querySelector("input[type=search]");
    this.backward = section.querySelector("input[type=checkbox]");
    this.countElement = section.querySelector(".found");
    this.heads = [...this.table.tHead.rows[0].cells];
    this.heads.forEach((head, column) => head.querySelector("button").addEventListener("click", () => this.sort(column)));
    this.search.addEventListener("input", () => this.filter());
    this.backward.addEventListener("change", () => this.filter());
    this.column = this.heads.findIndex((head) => head.textContent === "backward");
    this.filter();
  }

  /** Sorts by a column: numbers descending, text ascending, in reverse order when called again. Empty cells come last. */
  sort(column) {
    const head = this.heads[column];
    const isText = head.classList.contains("left");
    const before = head.getAttribute("aria-sort");
    const order = before === null ? (isText ? "ascending" : "descending") : before === "ascending" ? "descending" : "ascending";
    for (const head of this.heads) head.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", order);
    const sortKey = (row) => row.cells[column].dataset.by;
    const sign = order === "ascending" ? 1 : -1;
    const compareRows = (row, other) => {
      const [a, b] = [sortKey(row), sortKey(other)];
      if (a === undefined || b === undefined) return (a === undefined) - (b === undefined);
      return sign * (isText ? a.localeCompare(b) : Number(a) - Number(b));
    };
    this.rows.sort(compareRows);
    this.body.append(...this.rows);
  }

  /** Hides the rows that lack a search word or, if requested, backward stretches. */
  filter() {
    const words = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const row of this.rows) {
      const text = row.textContent.toLowerCase();
      const isMatch = words.every((word) => text.includes(word));
      const hasBackward = Number(row.cells[this.column].dataset.by ?? 0) > 0;
      row.hidden = !(isMatch && (hasBackward || !this.backward.checked));
      count += !row.hidden;
    }
    this.table.tFoot.hidden = count < this.rows.length;
    this.countElement.textContent = count < this.rows.length ? `${count} of ${this.rows.length}` : "";
  }
}

/** The bar chart of weekly distances. */
const WeeklyChart = {
  async draw(container, item, labels) {
    const target = container.appendChild(document.createElement("div"));
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
      const maxMarks = Math.max(Math.floor(target.clientWidth / 90), 1);
      const step = Math.ceil(labels.length / maxMarks);
      const marks = labels.map((label, index) => [index, label]).filter(([index]) => index % step === 0);
      Charts.setTicks(plot.below[0], marks);
      Charts.setTicks(plot.left[0], Numbers.findLengthTicks(plot.y_range.start, plot.y_range.end, 5));
    };
    colour();
    scale();
    new ResizeObserver(scale).observe(target);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", colour);
  },
};
