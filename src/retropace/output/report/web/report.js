"use strict";
// The report: one activity, or a table of many and each of them on demand. The charts are drawn once and moved.

(async () => {
  const held = (name) => JSON.parse(document.getElementById(name).textContent);
  const page = held("page");
  const root = document.getElementById("drawing");
  const articles = [...document.querySelectorAll("article")];
  const all = document.getElementById("all");
  let charts = null;
  let bar = null;
  let strip = null;
  let shown = null;

  async function drawing() {
    root.hidden = false;
    charts = await Charts.make(root, page.charts, page.unit);
    bar = new Bar(root, charts, (at) => Words.ofSegment(charts.segments, at));
    strip = new Strip(root.querySelector(".strip"), charts, {
      say: (at) => Words.ofButton(charts.segments, at, page.unit),
      choose: (at) => choose(at, true),
    });
    new DragToZoom(charts);
  }

  /** Marks a segment in the strip and in the table, and shows it with something around it. */
  function choose(at, isZooming) {
    strip.mark(at);
    for (const row of shown.querySelectorAll("tr[data-segment]")) {
      row.toggleAttribute("aria-current", Number(row.dataset.segment) === at);
    }
    if (!isZooming) return;
    const [from, to] = [charts.edges[at], charts.edges[at + 1]];
    const margin = Math.max((to - from) * 0.5, 5);
    charts.zoom(from - margin, to + margin);
  }

  async function open(article) {
    if (shown === article) return;
    shown = article;
    article.querySelector(".slot").append(root);
    if (charts === null) await drawing();
    const picture = held(`data-${article.id}`);
    charts.show(picture.drawn);
    root.querySelector(".drawn").classList.toggle("no-map", charts.parts.map.place.hidden);
    charts.place();
    for (const [name, text] of Object.entries(picture.alternatives)) charts.describe(name, text);
    strip.current = -1;
    strip.draw();
    bar.reset();
  }

  /** What the address says after #: an activity, or all of them. */
  async function follow() {
    const article = all ? articles.find((one) => `#${one.id}` === location.hash) : articles[0];
    if (all) {
      all.hidden = Boolean(article);
      for (const one of articles) one.hidden = one !== article;
    }
    document.title = article ? article.querySelector("h1").textContent : page.title;
    if (article) {
      await open(article);
      if (all) scrollTo(0, 0);
    }
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-segment]");
    if (!link || !charts) return;
    event.preventDefault();
    choose(Number(link.dataset.segment), true);
    root.scrollIntoView({ block: "start" });
  });
  addEventListener("hashchange", follow);
  if (page.weeks) await Weeks.draw(document.querySelector("[data-chart=weeks]"), page.weeks, page.week_labels);
  if (all) new Overview(all);
  await follow();
  document.documentElement.dataset.ready = "yes";
})();
