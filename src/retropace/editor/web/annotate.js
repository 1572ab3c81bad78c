"use strict";
// The annotation page: what is chosen, what the keys and buttons do to it, and what is told about it.

class Annotator {
  constructor(page, charts) {
    Object.assign(this, { page, charts, choice: null });
    this.by = (id) => document.getElementById(id);
    this.bar = new Bar(this.by("drawing"), charts, (at) => Words.ofSegment(charts.segments, at));
    this.strip = new Strip(document.querySelector(".strip"), charts, {
      say: (at) => Words.ofButton(charts.segments, at, page.unit),
      choose: (at) => this.chooseSegment(at),
    });
    this.stretches = new Stretches(charts, {
      pen: () => this.pen,
      marked: (from, to) => this.mark(from, to, this.pen),
      moved: (mark, from, to) => this.move(mark, from, to),
      clicked: (moment) => this.chooseAt(moment),
    });
    this.service = new Service({
      told: (state) => this.show(state),
      ended: (isOver) => (this.by("ended").hidden = !isOver),
    });
    this.listen();
  }

  get pen() {
    return document.querySelector("[name=pen]:checked").value;
  }

  get state() {
    return this.service.state;
  }

  /** Shows what the file says now, and what comes of it. */
  show(state) {
    // Who says how far a stretch was moves the distance axis, and the curves with it.
    if (state.axis !== this.page.axis) return location.reload();
    const { segments } = state;
    const edges_m = [0];
    for (const one of segments) edges_m.push(edges_m.at(-1) + (one.distance_m ?? 0));
    const column = (name) => segments.map((one) => one[name] ?? (name === "gait" ? "" : null));
    this.charts.showSegments({
      edges_s: [segments[0].start_s, ...column("end_s")],
      edges_m,
      ...Object.fromEntries(["direction", "basis", "gait", "confidence"].map((name) => [name, column(name)])),
    });
    this.stretches.show(state.annotations, state.change_points_s);
    this.looks = [
      ...segments.filter((one) => one.basis === "suspected").map((one) => [one.start_s, one.end_s]),
      ...state.worth_a_look.map((one) => [one.start_s, one.end_s]),
    ].sort((a, b) => a[0] - b[0]);
    this.by("undo").disabled = !state.can_undo;
    this.by("redo").disabled = !state.can_redo;
    this.by("next").disabled = this.by("previous").disabled = this.looks.length === 0;
    this.by("sidecar").textContent = state.sidecar;
    this.total(state);
    this.list(state);
    this.warn(state);
    this.choose(this.choice);
    this.bar.tell(this.charts.moment);
  }

  total({ directions, activity }) {
    const byDistance = this.charts.picture.has_distance;
    const amount = (one) => (byDistance ? one.distance_m : one.moving_s) ?? 0;
    const text = (value) => (byDistance ? Numbers.distance(value, this.page.unit) : Numbers.clock(value));
    const all = Object.values(directions).reduce((sum, one) => sum + amount(one), 0);
    const share = (one) => (all > 0 ? `${Math.round((100 * amount(one)) / all)} %` : "");
    const pace = (one) => (byDistance && one.speed_mps ? `, ${Numbers.pace(one.speed_mps, this.page.unit)}` : "");
    for (const name of ["backward", "forward"]) {
      this.by(name).textContent = text(amount(directions[name]));
      this.by(`${name}-share`).textContent = share(directions[name]) + pace(directions[name]);
    }
    const suspected = directions.backward.suspected_m ?? 0;
    this.by("marked").textContent = byDistance ? text(directions.backward.annotated_m ?? 0) : "–";
    this.by("suspected").textContent = suspected > 0 ? `${text(suspected)} suspected besides` : "";
    this.by("doubts").textContent = String(this.looks.length);
  }

  list({ annotations }) {
    const rows = annotations.map((one) => {
      const row = document.createElement("tr");
      row.className = one.direction;
      const choose = document.createElement("button");
      choose.type = "button";
      choose.textContent = one.label;
      row.insertCell().append(choose);
      row.cells[0].className = "left";
      for (const text of [one.start_s, one.end_s, one.end_s - one.start_s].map((s) => Numbers.clock(s))) {
        row.insertCell().textContent = text;
      }
      for (const text of [one.note, one.origin]) {
        const cell = row.insertCell();
        cell.className = "left";
        cell.appendChild(document.createElement("bdi")).textContent = text;
      }
      row.addEventListener("click", () => this.look([one.start_s, one.end_s]));
      return row;
    });
    this.by("annotations").tBodies[0].replaceChildren(...rows);
  }

  warn({ warnings, changed_outside: outside, problem }) {
    this.by("warnings").replaceChildren(
      ...warnings.map((warning) => {
        const item = document.createElement("li");
        item.appendChild(document.createElement("bdi")).textContent = warning;
        return item;
      }),
    );
    const told = [problem, outside].filter(Boolean).join(" ");
    this.by("problem").hidden = told === "";
    if (this.by("problem").textContent !== told) this.by("problem").textContent = told;
  }

  /** Chooses a stretch [from, to]; null for none. */
  choose(choice) {
    this.choice = choice;
    this.stretches.choose(choice);
    const active = document.activeElement;
    for (const button of this.by("chosen").querySelectorAll("button, input")) button.disabled = choice === null;
    if (choice === null) {
      this.by("which").textContent = "Nothing chosen: click a stretch, or drag over a chart.";
      for (const id of ["from", "to", "note"]) this.by(id).value = "";
      this.strip.mark(-1);
      return;
    }
    const at = this.charts.segmentAt((choice[0] + choice[1]) / 2);
    this.strip.mark(at);
    this.by("which").textContent = `${Numbers.clock(choice[0])} – ${Numbers.clock(choice[1])}: ${Words.ofSegment(this.charts.segments, at)}`;
    const values = { from: exact(choice[0]), to: exact(choice[1]), note: this.marked?.note ?? "" };
    for (const [id, value] of Object.entries(values)) {
      if (active !== this.by(id)) this.by(id).value = value;
      this.by(id).removeAttribute("aria-invalid");
    }
  }

  /** The annotation in the file that the chosen stretch is. */
  get marked() {
    if (!this.choice || !this.state) return null;
    const [from, to] = this.choice;
    const is = (one) => one.editable && Math.abs(one.start_s - from) < 0.06 && Math.abs(one.end_s - to) < 0.06;
    return this.state.annotations.find(is) ?? null;
  }

  /** Chooses the mark at a moment, or else the segment there. */
  chooseAt(moment) {
    const one = this.state.annotations.find((mark) => mark.start_s <= moment && moment < mark.end_s);
    if (one) this.choose([one.start_s, one.end_s]);
    else this.chooseSegment(this.charts.segmentAt(moment));
  }

  chooseSegment(at) {
    const edges = this.charts.segments.edges_s;
    this.choose([edges[at], edges[at + 1]]);
  }

  /** Chooses a stretch and brings it into sight with something around it. */
  look(choice) {
    this.choose(choice);
    const [from, to] = choice.map((moment) => this.charts.toX(moment));
    const margin = Math.max(1.5 * (to - from), 30);
    const [start, end] = this.charts.view;
    if (from < start || to > end || to - from < 0.03 * (end - start)) this.charts.zoom(from - margin, to + margin);
    this.charts.hover((choice[0] + choice[1]) / 2);
  }

  /** The next (1) or previous (-1) stretch worth a look, round and round. */
  step(way) {
    const { looks } = this;
    if (looks.length === 0) return this.say("Nothing is left that is worth a look.");
    const here = this.choice ? this.choice[0] : this.charts.toMoment(this.charts.view[0]) - 1;
    const found = way > 0 ? looks.find(([from]) => from > here) : looks.findLast(([from]) => from < here);
    this.look(found ?? (way > 0 ? looks[0] : looks.at(-1)));
    const count = looks.findIndex(([from]) => from === this.choice[0]) + 1;
    return this.say(`${count} of ${looks.length} worth a look.`);
  }

  async mark(from, to, label, note = "") {
    this.choose([from, to]);
    await this.change("paint", { start_s: from, end_s: to, label, note }, `${Numbers.clock(from)} – ${Numbers.clock(to)} marked ${label}`);
  }

  async move(mark, from, to) {
    this.choose([from, to]);
    await this.change(
      "change",
      { number: mark.number, start_s: from, end_s: to, note: mark.note },
      `${mark.label} now from ${Numbers.clock(from)} to ${Numbers.clock(to)}`,
    );
  }

  /** Labels what is chosen: a mark anew, keeping its note, any other stretch for the first time. */
  async label(label) {
    if (!this.choice) return this.say("Choose a stretch first: click it, or drag over a chart.");
    return this.mark(...this.choice, label, this.marked?.note ?? "");
  }

  /** Says that what is chosen was a walk, or that it was none. */
  walk() {
    if (!this.choice) return this.say("Choose a stretch first: click it, or drag over a chart.");
    const at = this.charts.segmentAt((this.choice[0] + this.choice[1]) / 2);
    const said = this.marked?.label ?? this.charts.segments.direction[at];
    const direction = said.startsWith("backward") ? "backward" : "forward";
    return this.label(said.endsWith("walk") ? `${direction} run` : `${direction} walk`);
  }

  async clear() {
    if (!this.choice) return this.say("Choose a mark first: click it.");
    const [from, to] = this.choice;
    return this.change("clear", { start_s: from, end_s: to }, `Nothing is marked from ${Numbers.clock(from)} to ${Numbers.clock(to)}`);
  }

  /** Asks for a change and tells what came of it. */
  async change(what, values, words) {
    try {
      const lost = await this.service.change(what, values);
      const { backward } = this.state.directions;
      const byDistance = this.charts.picture.has_distance;
      const amount = byDistance ? Numbers.distance(backward.distance_m, this.page.unit) : Numbers.clock(backward.moving_s);
      this.say([`${words}. Backward in all: ${amount}.`, ...lost].join(" "));
    } catch (refused) {
      if (!(refused instanceof RefusedError)) throw refused;
      this.say(refused.message);
      if (this.state) this.show(this.state);
    }
  }

  say(text) {
    this.by("said").textContent = text;
  }

  /** Moves an edge of what is chosen: of a mark at once, of anything else until it is labelled. */
  edge(side, moment) {
    const [from, to] = this.choice ?? [moment, Math.min(moment + 30, this.charts.segments.edges_s.at(-1))];
    const moved = side === "from" ? [moment, to] : [from, moment];
    if (!(moved[1] - moved[0] >= 1)) return this.say("A stretch ends a second after it begins at the soonest.");
    const { marked } = this;
    return marked ? this.move(marked, ...moved) : this.choose(moved);
  }

  listen() {
    const on = (id, does) => this.by(id).addEventListener("click", does);
    on("undo", () => this.change("undo", {}, "Undone"));
    on("redo", () => this.change("redo", {}, "Done again"));
    on("next", () => this.step(1));
    on("previous", () => this.step(-1));
    on("clear", () => this.clear());
    on("help", () => this.by("keys").showModal());
    on("close", () => this.by("keys").close());
    for (const button of document.querySelectorAll("[data-label]")) {
      const { label } = button.dataset;
      button.addEventListener("click", () => (label === "walk" ? this.walk() : this.label(label)));
    }
    for (const side of ["from", "to"]) {
      this.by(side).addEventListener("change", () => {
        const moment = momentOf(this.by(side).value);
        this.by(side).toggleAttribute("aria-invalid", moment === null);
        if (moment === null) this.say("Write a time as 12:30 or 1:02:30.5.");
        else this.edge(side, Math.min(moment, this.charts.segments.edges_s.at(-1)));
      });
    }
    this.by("note").addEventListener("change", () => {
      const { marked } = this;
      const note = this.by("note").value;
      if (!marked) return this.say("A note goes with a mark: label the stretch first.");
      return this.change("change", { number: marked.number, start_s: marked.start_s, end_s: marked.end_s, note }, "Noted");
    });
    const { map } = this.charts.parts;
    map.place.addEventListener("click", (event) => {
      const box = map.view.el.getBoundingClientRect();
      const moment = this.charts.map.momentAt(event.clientX - box.left, event.clientY - box.top);
      if (moment !== null) this.chooseAt(moment);
    });
    document.addEventListener("keydown", (event) => this.key(event));
  }

  key(event) {
    if (this.by("keys").open || event.altKey) return;
    const isTyping = event.target.matches("input:not([type=radio], [type=range])");
    if (event.ctrlKey || event.metaKey) {
      const letter = event.key.toLowerCase();
      const does = { z: event.shiftKey ? "redo" : "undo", y: "redo" }[letter];
      if (!does || isTyping) return;
      event.preventDefault();
      this.by(does).click();
      return;
    }
    if (isTyping) return;
    const isOnArrows = event.target.matches("input, .segment");
    const does = {
      b: () => this.label("backward"),
      f: () => this.label("forward"),
      r: () => this.label("rest"),
      w: () => this.walk(),
      delete: () => this.clear(),
      backspace: () => this.clear(),
      n: () => this.step(1),
      p: () => this.step(-1),
      "?": () => this.by("keys").showModal(),
      "[": () => this.charts.moment !== null && this.edge("from", this.charts.moment),
      "]": () => this.charts.moment !== null && this.edge("to", this.charts.moment),
      "+": () => this.charts.zoomBy(0.5),
      "-": () => this.charts.zoomBy(2),
      0: () => this.charts.whole(),
      escape: () => (this.stretches.drag ? this.stretches.stop() : this.choose(null)),
      ...(isOnArrows ? {} : { arrowleft: () => this.nudge(event, -1), arrowright: () => this.nudge(event, 1) }),
    }[event.key.toLowerCase()];
    if (!does) return;
    event.preventDefault();
    does();
  }

  nudge(event, way) {
    const last = this.charts.segments.edges_s.at(-1);
    const from = this.charts.moment ?? this.charts.toMoment(this.charts.view[0]);
    this.charts.hover(Math.min(Math.max(Math.round(from) + way * (event.shiftKey ? 10 : 1), 0), last));
  }
}

/** 12:30, or 12:30.5 where there are tenths. */
function exact(seconds) {
  const tenths = Math.round(seconds * 10);
  return Numbers.clock(tenths / 10, tenths % 10 ? 1 : 0);
}

/** Seconds of 12:30, 1:02:30.5 or 90; null for anything else. */
function momentOf(text) {
  const match = /^(?:(?:(\d+):)?(\d+):)?(\d+(?:[.,]\d+)?)$/.exec(text.trim());
  if (!match) return null;
  return Number(match[1] ?? 0) * 3600 + Number(match[2] ?? 0) * 60 + Number(match[3].replace(",", "."));
}

(async () => {
  const page = JSON.parse(document.getElementById("page").textContent);
  const root = document.getElementById("drawing");
  const charts = await Charts.make(root, page.charts, page.unit);
  charts.show(page.picture);
  root.querySelector(".drawn").classList.toggle("no-map", charts.parts.map.place.hidden);
  charts.place();
  for (const [name, text] of Object.entries(page.alternatives)) charts.describe(name, text);
  const annotator = new Annotator(page, charts);
  annotator.bar.reset();
  await annotator.service.look();
  document.documentElement.dataset.ready = "yes";
})();
