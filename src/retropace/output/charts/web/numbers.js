"use strict";
// Numbers as columns and as text: what the charts, the report and the annotation page share.

const Numbers = (() => {
  /** A column packed by retropace.drawing.picture.packed. */
  function unpacked(text) {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    return new Float32Array(bytes.buffer);
  }

  /** 4:05 or 1:02:30; with digits, 4:05.3. */
  function clock(seconds, digits = 0) {
    if (!Number.isFinite(seconds)) return "–";
    const scale = 10 ** digits;
    const whole = Math.round(seconds * scale);
    const s = whole / scale;
    const hours = Math.floor(s / 3600);
    const minutes = Math.floor(s / 60) % 60;
    const rest = (s - 3600 * hours - 60 * minutes).toFixed(digits).padStart(digits ? 3 + digits : 2, "0");
    return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
  }

  function pace(speed, unit) {
    return !(speed >= 0.05) ? "–" : `${clock(unit.metres / speed)} /${unit.name}`;
  }

  function distance(metres, unit) {
    return Number.isFinite(metres) ? `${(metres / unit.metres).toFixed(2)} ${unit.name}` : "–";
  }

  /** How many values of a rising column are at most x. */
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

  /** The value at x of a curve through (xs, ys), xs rising; straight between, the nearest end outside. */
  function interpolated(xs, ys, x) {
    const after = countUpTo(xs, x);
    if (after === 0) return ys[0];
    if (after === xs.length) return ys[after - 1];
    const width = xs[after] - xs[after - 1];
    const share = width > 0 ? (x - xs[after - 1]) / width : 0;
    return ys[after - 1] + share * (ys[after] - ys[after - 1]);
  }

  const STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400];

  /** Where an axis over time has its marks, and what stands there. */
  function timeTicks(start, end, most) {
    const step = STEPS_S.find((one) => (end - start) / one <= most) ?? 86400;
    return ticks(start, end, step, (seconds) => clock(seconds));
  }

  /** The same over a length in units of so many metres. */
  function lengthTicks(start, end, most, metres = 1) {
    const least = (end - start) / metres / most;
    const power = 10 ** Math.floor(Math.log10(least));
    const step = [1, 2, 5, 10].find((one) => one * power >= least * (1 - 1e-9)) * power;
    const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
    return ticks(start / metres, end / metres, step, (x) => x.toFixed(digits)).map(([x, text]) => [x * metres, text]);
  }

  function ticks(start, end, step, text) {
    const found = [];
    for (let at = Math.ceil(start / step - 1e-9); at * step <= end + 1e-9 * step; at++) {
      found.push([at * step, text(at * step)]);
    }
    return found;
  }

  return { unpacked, clock, pace, distance, countUpTo, interpolated, timeTicks, lengthTicks };
})();
