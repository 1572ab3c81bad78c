"use strict";
// The annotation page: the chosen stretch, the actions of keys and buttons, and the messages about them.

class Annotator {
  constructor(page, charts) {
    Object.assign(this, { page, charts, choice: null });
    this.element = (id) => document.getElementById(id);
    this.bar = new Bar(this.element("drawing"), charts, (index) => SegmentText.describe(charts.segments, index));
    this.strip = new Strip(document.querySelector(".strip"), charts, {
      describeSegment: (index) => SegmentText.describeButton(charts.segments, index, page.unit),
      onChoose: (index) => this.chooseSegment(index),
    });
    this.stretches = new Stretches(charts, {
      pen: () => this.pen,
      onMark: (from, to) => this.mark(from, to, this.pen),
      onMove: (mark, from, to) => this.move(mark, from, to),
      onClick: (moment) => this.chooseAt(moment),
    });
    this.service = new Service({
      onState: (state) => this.show(state),
      onEnded: (isEnded) => (this.element("ended").hidden = !isEnded),
    });
    this.listen();
  }

  get pen() {
    return document.querySelector("[name=pen]:checked").value;
  }

  get state() {
    return this.service.state;
  }

  /** Shows the current annotations and the analysis that results from them. */
  show(state) {
    // An annotation that states a distance changes the distance axis, and with it the curves.
    if (state.axis !== this.page.axis) return location.reload();
    const { segments } = state;
    const edges_m = [0];
    for (const segment of segments) edges_m.push(edges_m.at(-1) + (segment.distance_m ?? 0));
    const column = (name) => segments.map((segment) => segment[name] ?? (name === "gait" ? "" : null));
    this.charts.showSegments({
      edges_s: [segments[0].start_s, ...column("end_s")],
      edges_m,
      ...Object.fromEntries(["direction", "basis", "gait", "confidence"].map((name) => [name, column(name)])),
    });
    this.stretches.show(state.annotations, state.change_points_s);
    this.reviewSpans = [
      ...segments.filter(({ basis }) => basis === "suspected").map((segment) => [segment.start_s, segment.end_s]),
      ...state.worth_a_look.map((stretch) => [stretch.start_s, stretch.end_s]),
    ].sort((a, b) => a[0] - b[0]);
    this.element("undo").disabled = !state.can_undo;
    this.element("redo").disabled = !state.can_redo;
    this.element("next").disabled = this.element("previous").disabled = this.reviewSpans.length === 0;
    this.element("sidecar").textContent = state.sidecar;
    this.total(state);
    this.list(state);
    this.warn(state);
    this.choose(this.choice);
    this.bar.showValues(this.charts.moment);
  }

  total({ directions, activity }) {
    const byDistance = this.charts.picture.has_distance;
    const amount = (totals) => (byDistance ? totals.distance_m : totals.moving_s) ?? 0;
    const text = (value) => (byDistance ? Numbers.formatDistance(value, this.page.unit) : Numbers.formatDuration(value));
    const all = Object.values(directions).reduce((sum, totals) => sum + amount(totals), 0);
    const share = (totals) => (all > 0 ? `${Math.round((100 * amount(totals)) / all)} %` : "");
    const pace = ({ speed_mps }) => (byDistance && speed_mps ? `, ${Numbers.formatPace(speed_mps, this.page.unit)}` : "");
    for (const name of ["backward", "forward"]) {
      this.element(name).textContent = text(amount(directions[name]));
      this.element(`${name}-share`).textContent = share(directions[name]) + pace(directions[name]);
    }
    const suspected = directions.backward.suspected_m ?? 0;
    this.element("marked").textContent = byDistance ? text(directions.backward.annotated_m ?? 0) : "–";
    this.element("suspected").textContent = suspected > 0 ? `${text(suspected)} suspected besides` : "";
    this.element("doubts").textContent = String(this.reviewSpans.length);
  }

  list({ annotations }) {
    const rows = annotations.map((annotation) => {
      const { start_s: start, end_s: end } = annotation;
      const row = document.createElement("tr");
      row.className = annotation.direction;
      const choose = document.createElement("button");
      choose.type = "button";
      choose.textContent = annotation.label;
      row.insertCell().append(choose);
      row.cells[0].className = "left";
      for (const text of [start, end, end - start].map((seconds) => Numbers.formatDuration(seconds))) {
        row.insertCell().textContent = text;
      }
      for (const text of [annotation.note, annotation.origin]) {
        const cell = row.insertCell();
        cell.className = "left";
        cell.appendChild(document.createElement("bdi")).textContent = text;
      }
      row.addEventListener("click", () => this.reveal([start, end]));
      return row;
    });
    this.element("annotations").tBodies[0].replaceChildren(...rows);
  }

  warn({ warnings, changed_outside: outside, problem }) {
    this.element("warnings").replaceChildren(
      ...warnings.map((warning) => {
        const item = document.createElement("li");
        item.appendChild(document.createElement("bdi")).textContent = warning;
        return item;
      }),
    );
    const message = [problem, outside].filter(Boolean).join(" ");
    this.element("problem").hidden = message === "";
    if (this.element("problem").textContent !== message) this.element("problem").textContent = message;
  }

  /** Chooses a stretch [from, to]; null for none. */
  choose(choice) {
    this.choice = choice;
    this.stretches.choose(choice);
    const active = document.activeElement;
    for (const button of this.element("chosen").querySelectorAll("button, input")) button.disabled = choice === null;
    if (choice === null) {
      this.element("which").textContent = "Nothing chosen: click a stretch, or drag over a chart.";
      for (const id of ["from", "to", "note"]) this.element(id).value = "";
      this.strip.markCurrent(-1);
      return;
    }
    const index = this.charts.segmentAt((choice[0] + choice[1]) / 2);
    this.strip.markCurrent(index);
    this.element("which").textContent = `${formatSpan(...choice)}: ${SegmentText.describe(this.charts.segments, index)}`;
    const values = { from: formatExact(choice[0]), to: formatExact(choice[1]), note: this.marked?.note ?? "" };
    for (const [id, value] of Object.entries(values)) {
      if (active !== this.element(id)) this.element(id).value = value;
      this.element(id).removeAttribute("aria-invalid");
    }
  }

  /** The annotation of the file whose span is the chosen stretch; null if there is none. */
  get marked() {
    if (!this.choice || !this.state) return null;
    const [from, to] = this.choice;
    const isNear = (first, second) => Math.abs(first - second) < 0.06;
    const isSame = (mark) => mark.editable && isNear(mark.start_s, from) && isNear(mark.end_s, to);
    return this.state.annotations.find(isSame) ?? null;
  }

  /** Chooses the annotation at a moment, or else the segment there. */
  chooseAt(moment) {
    const mark = this.state.annotations.find(({ start_s, end_s }) => start_s <= moment && moment < end_s);
    if (mark) this.choose([mark.start_s, mark.end_s]);
    else this.chooseSegment(this.charts.segmentAt(moment));
  }

  chooseSegment(index) {
    const edges = this.charts.segments.edges_s;
    this.choose([edges[index], edges[index + 1]]);
  }

  /** Chooses a stretch and brings it into view with a margin. */
  reveal(choice) {
    this.choose(choice);
    const [from, to] = choice.map((moment) => this.charts.toX(moment));
    const margin = Math.max(1.5 * (to - from), 30);
    const [start, end] = this.charts.view;
    if (from < start || to > end || to - from < 0.03 * (end - start)) this.charts.zoom(from - margin, to + margin);
    this.charts.hover((choice[0] + choice[1]) / 2);
  }

  /** Reveals the next (1) or previous (-1) stretch to review, wrapping around at the ends. */
  goTo(step) {
    const reviewSpans = this.reviewSpans;
    if (reviewSpans.length === 0) return this.say("Nothing is left that is worth a look.");
    const here = this.choice ? this.choice[0] : this.charts.toMoment(this.charts.view[0]) - 1;
    const nextSpan = step > 0 ? reviewSpans.find(([from]) => from > here) : reviewSpans.findLast(([from]) => from < here);
    this.reveal(nextSpan ?? (step > 0 ? reviewSpans[0] : reviewSpans.at(-1)));
    const count = reviewSpans.findIndex(([from]) => from === this.choice[0]) + 1;
    return this.say(`${count} of ${reviewSpans.length} worth a look.`);
  }

  async mark(from, to, label, note = "") {
    this.choose([from, to]);
    await this.change("paint", { start_s: from, end_s: to, label, note }, `${formatSpan(from, to)} marked ${label}`);
  }

  async move(mark, from, to) {
    this.choose([from, to]);
    await this.change(
      "change",
      { number: mark.number, start_s: from, end_s: to, note: mark.note },
      `${mark.label} now from ${Numbers.formatDuration(from)} to ${Numbers.formatDuration(to)}`,
    );
  }

  /** Labels the chosen stretch; an annotation keeps its note. */
  async label(label) {
    if (!this.choice) return this.say("Choose a stretch first: click it, or drag over a chart.");
    return this.mark(...this.choice, label, this.marked?.note ?? "");
  }

  /** Toggles the gait of the chosen stretch between walk and run. */
  walk() {
    if (!this.choice) return this.say("Choose a stretch first: click it, or drag over a chart.");
    const index = this.charts.segmentAt((this.choice[0] + this.choice[1]) / 2);
    const label = this.marked?.label ?? this.charts.segments.direction[index];
    const direction = label.startsWith("backward") ? "backward" : "forward";
    return this.label(label.endsWith("walk") ? `${direction} run` : `${direction} walk`);
  }

  async clear() {
    if (!this.choice) return this.say("Choose a mark first: click it.");
    const [from, to] = this.choice;
    const [start, end] = [from, to].map((seconds) => Numbers.formatDuration(seconds));
    return this.change("clear", { start_s: from, end_s: to }, `Nothing is marked from ${start} to ${end}`);
  }

  /** Requests a change and shows its result. */
  async change(action, values, description) {
    try {
      const losses = await this.service.change(action, values);
      const { backward } = this.state.directions;
      const { unit } = this.page;
      const byDistance = this.charts.picture.has_distance;
      const amount = byDistance ? Numbers.formatDistance(backward.distance_m, unit) : Numbers.formatDuration(backward.moving_s);
      this.say([`${description}. Backward in all: ${amount}.`, ...losses].join(" "));
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      this.say(error.message);
      if (this.state) this.show(this.state);
    }
  }

  say(text) {
    this.element("said").textContent = text;
  }

  /** Moves an edge of the chosen stretch; an annotation is saved at once, any other stretch when it is labelled. */
  edge(side, moment) {
    const [from, to] = this.choice ?? [moment, Math.min(moment + 30, this.charts.segments.edges_s.at(-1))];
    const moved = side === "from" ? [moment, to] : [from, moment];
    if (!(moved[1] - moved[0] >= 1)) return this.say("A stretch ends a second after it begins at the soonest.");
    const { marked } = this;
    return marked ? this.move(marked, ...moved) : this.choose(moved);
  }

  listen() {
    const on = (id, action) => this.element(id).addEventListener("click", action);
    on("undo", () => this.change("undo", {}, "Undone"));
    on("redo", () => this.change("redo", {}, "Done again"));
    on("next", () => this.goTo(1));
    on("previous", () => this.goTo(-1));
    on("clear", () => this.clear());
    on("help", () => this.element("keys").showModal());
    on("close", () => this.element("keys").close());
    for (const button of document.querySelectorAll("[data-label]")) {
      const { label } = button.dataset;
      button.addEventListener("click", () => (label === "walk" ? this.walk() : this.label(label)));
    }
    for (const side of ["from", "to"]) {
      this.element(side).addEventListener("change", () => {
        const moment = parseMoment(this.element(side).value);
        this.element(side).toggleAttribute("aria-invalid", moment === null);
        if (moment === null) this.say("Write a time as 12:30 or 1:02:30.5.");
        else this.edge(side, Math.min(moment, this.charts.segments.edges_s.at(-1)));
      });
    }
    this.element("note").addEventListener("change", () => {
      const { marked } = this;
      const note = this.element("note").value;
      if (!marked) return this.say("A note goes with a mark: label the stretch first.");
      return this.change("change", { number: marked.number, start_s: marked.start_s, end_s: marked.end_s, note }, "Noted");
    });
    const { map } = this.charts.figures;
    map.container.addEventListener("click", (event) => {
      const box = map.view.el.getBoundingClientRect();
      const moment = this.charts.map.momentAt(event.clientX - box.left, event.clientY - box.top);
      if (moment !== null) this.chooseAt(moment);
    });
    document.addEventListener("keydown", (event) => this.key(event));
  }

  key(event) {
    if (this.element("keys").open || event.altKey) return;
    const isTyping = event.target.matches("input:not([type=radio], [type=range])");
    if (event.ctrlKey || event.metaKey) {
      const letter = event.key.toLowerCase();
      const button = { z: event.shiftKey ? "redo" : "undo", y: "redo" }[letter];
      if (!button || isTyping) return;
      event.preventDefault();
      this.element(button).click();
      return;
    }
    if (isTyping) return;
    const isOnArrows = event.target.matches("input, .segment");
    const action = {
      b: () => this.label("backward"),
      f: () => this.label("forward"),
      r: () => this.label("rest"),
      w: () => this.walk(),
      delete: () => this.clear(),
      backspace: () => this.clear(),
      n: () => this.goTo(1),
      p: () => this.goTo(-1),
      "?": () => this.element("keys").showModal(),
      "[": () => this.charts.moment !== null && this.edge("from", this.charts.moment),
      "]": () => this.charts.moment !== null && this.edge("to", this.charts.moment),
      "+": () => this.charts.zoomBy(0.5),
      "-": () => this.charts.zoomBy(2),
      0: () => this.charts.whole(),
      escape: () => (this.stretches.drag ? this.stretches.stop() : this.choose(null)),
      ...(isOnArrows ? {} : { arrowleft: () => this.nudge(event, -1), arrowright: () => this.nudge(event, 1) }),
    }[event.key.toLowerCase()];
    if (!action) return;
    event.preventDefault();
    action();
  }

  nudge(event, step) {
    const last = this.charts.segments.edges_s.at(-1);
    const from = this.charts.moment ?? this.charts.toMoment(this.charts.view[0]);
    this.charts.hover(Math.min(Math.max(Math.round(from) + step * (event.shiftKey ? 10 : 1), 0), last));
  }
}

/** Formats a stretch as 12:30 – 15:00. */
function formatSpan(from, to) {
  return `${Numbers.formatDuration(from)} – ${Numbers.formatDuration(to)}`;
}

/** Formats seconds as 12:30, or as 12:30.5 if there are tenths. */
function formatExact(seconds) {
  const tenths = Math.round(seconds * 10);
  return Numbers.formatDuration(tenths / 10, tenths % 10 ? 1 : 0);
}

/** Parses 12:30, 1:02:30.5 or 90 into seconds; null for anything else. */
function parseMoment(text) {
  const match = /^(?:(?:(\d+):)?(\d+):)?(\d+(?:[.,]\d+)?)$/.exec(text.trim());
  if (!match) return null;
  return Number(match[1] ?? 0) * 3600 + Number(match[2] ?? 0) * 60 + Number(match[3].replace(",", "."));
}

(async () => {
  const page = JSON.parse(document.getElementById("page").textContent);
  const root = document.getElementById("drawing");
  const charts = await Charts.make(root, page.charts, page.unit);
  charts.show(page.picture);
  root.querySelector(".drawn").classList.toggle("no-map", charts.figures.map.container.hidden);
  charts.layOut();
  for (const [name, text] of Object.entries(page.alternatives)) charts.describe(name, text);
  const annotator = new Annotator(page, charts);
  annotator.bar.reset();
  await annotator.service.poll();
  document.documentElement.dataset.ready = "yes";
})();
