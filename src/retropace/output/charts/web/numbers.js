"use strict";
// Packed columns, formatted quantities and axis ticks, shared by the charts, the report and the annotation page.

const Numbers = (() => {
  /** Unpacks a column packed by retropace.output.charts.chart_data.pack_float32. */
  function unpack(text) {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    return new Float32Array(bytes.buffer);
  }

  /** Formats seconds as 4:05 or 1:02:30, with digits as 4:05.3. */
  function formatDuration(seconds, digits = 0) {
    if (!Number.isFinite(seconds)) return "–";
    const scale = 10 ** digits;
    const rounded = Math.round(seconds * scale);
    const s = rounded / scale;
    const hours = Math.floor(s / 3600);
    const minutes = Math.floor(s / 60) % 60;
    const secondsText = (s - 3600 * hours - 60 * minutes).toFixed(digits).padStart(digits ? 3 + digits : 2, "0");
    return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${secondsText}` : `${minutes}:${secondsText}`;
  }

  function formatPace(speed, unit) {
    return !(speed >= 0.05) ? "–" : `${formatDuration(unit.metres / speed)} /${unit.name}`;
  }

  function formatDistance(metres, unit) {
    return Number.isFinite(metres) ? `${(metres / unit.metres).toFixed(2)} ${unit.name}` : "–";
  }

  /** Counts the values of an increasing column that are at most x. */
  function countUpTo(column, x) {
    let low = 0;
    let high = column.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (column[middle] <= x) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Interpolates ys at x linearly; xs is increasing, and outside it the nearest end's value holds. */
  function interpolate(xs, ys, x) {
    const after = countUpTo(xs, x);
    if (after === 0) return ys[0];
    if (after === xs.length) return ys[after - 1];
    const width = xs[after] - xs[after - 1];
    const share = width > 0 ? (x - xs[after - 1]) / width : 0;
    return ys[after - 1] + share * (ys[after] - ys[after - 1]);
  }

  /** The possible distances of ticks on a time axis, in seconds. */
  const STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400];

  /** Finds the ticks of a time axis from start to end (seconds), as pairs of position and label. */
  function findTimeTicks(start, end, maxTicks) {
    const step = STEPS_S.find((candidate) => (end - start) / candidate <= maxTicks) ?? 86400;
    return buildTicks(start, end, step, (seconds) => formatDuration(seconds));
  }

  /** Finds the ticks of a length axis from start to end (metres), labelled in units of the given metres. */
  function findLengthTicks(start, end, maxTicks, metres = 1) {
    const minStep = (end - start) / metres / maxTicks;
    const power = 10 ** Math.floor(Math.log10(minStep));
    const step = [1, 2, 5, 10].find((candidate) => candidate * power >= minStep * (1 - 1e-9)) * power;
    const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
    return buildTicks(start / metres, end / metres, step, (x) => x.toFixed(digits)).map(([x, text]) => [x * metres, text]);
  }

  function buildTicks(start, end, step, format) {
    const ticks = [];
    for (let multiple = Math.ceil(start / step - 1e-9); multiple * step <= end + 1e-9 * step; multiple++) {
      ticks.push([multiple * step, format(multiple * step)]);
    }
    return ticks;
  }

  return { unpack, formatDuration, formatPace, formatDistance, countUpTo, interpolate, findTimeTicks, findLengthTicks };
})();
