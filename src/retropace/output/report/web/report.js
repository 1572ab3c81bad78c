"use strict";
// The report: one activity, or an overview of several that opens each on demand. The charts are drawn once and moved.

(async () => {
  const readData = (name) => JSON.parse(document.getElementById(name).textContent);
  const page = readData("page");
  const root = document.getElementById("drawing");
  const articles = [...document.querySelectorAll("article")];
  const all = document.getElementById("all");
  let charts = null;
  let bar = null;
  let strip = null;
  let current = null;

  async function createCharts() {
    root.hidden = false;
    charts = await Charts.make(root, page.charts, page.unit);
    bar = new Bar(root, charts, (index) => SegmentText.describe(charts.segments, index));
    strip = new Strip(root.querySelector(".strip"), charts, {
      describeSegment: (index) => SegmentText.describeButton(charts.segments, index, page.unit),
      onChoose: (index) => choose(index, true),
    });
    new DragToZoom(charts);
  }

  /** Marks a segment in the strip and in the table, and zooms to it with a margin if isZooming. */
  function choose(index, isZooming) {
    strip.markCurrent(index);
    for (const row of current.querySelectorAll("tr[data-segment]")) {
      row.toggleAttribute("aria-current", Number(row.dataset.segment) === index);
    }
    if (!isZooming) return;
    const [from, to] = [charts.edges[index], charts.edges[index + 1]];
    const margin = Math.max((to - from) * 0.5, 5);
    charts.zoom(from - margin, to + margin);
  }

  async function open(article) {
    if (current === article) return;
    current = article;
    article.querySelector(".slot").append(root);
    if (charts === null) await createCharts();
    const picture = readData(`data-${article.id}`);
    charts.show(picture.drawn);
    root.querySelector(".drawn").classList.toggle("no-map", charts.figures.map.container.hidden);
    charts.layOut();
    for (const [name, text] of Object.entries(picture.alternatives)) charts.describe(name, text);
    strip.current = -1;
    strip.draw();
    bar.reset();
  }

  /** Shows the activity, or the overview, that the URL's hash names. */
  async function followHash() {
    const article = all ? articles.find((other) => `#${other.id}` === location.hash) : articles[0];
    if (all) {
      all.hidden = Boolean(article);
      for (const other of articles) other.hidden = other !== article;
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
  addEventListener("hashchange", followHash);
  if (page.weeks) await WeeklyChart.draw(document.querySelector("[data-chart=weeks]"), page.weeks, page.week_labels);
  if (all) new Overview(all);
  await followHash();
  document.documentElement.dataset.ready = "yes";
})();
