"use strict";
// Segments in words.

const Words = (() => {
  /** "backward run, suspected 93 %" */
  function ofSegment(segments, at) {
    const gait = segments.direction[at] === "rest" ? "" : segments.gait[at];
    const sure = segments.basis[at] === "suspected" && segments.confidence[at] !== null;
    const why = segments.basis[at] + (sure ? ` ${Math.round(100 * segments.confidence[at])} %` : "");
    return `${segments.direction[at]}${gait ? ` ${gait}` : ""}, ${why}`;
  }

  /** The same with its number, from when to when, and how far. */
  function ofButton(segments, at, unit) {
    const { clock, distance } = Numbers;
    const [from, to] = [segments.edges_s[at], segments.edges_s[at + 1]];
    const metres = segments.edges_m[at + 1] - segments.edges_m[at];
    const way = metres > 0.5 ? `, ${distance(metres, unit)}` : "";
    return `${at + 1}: ${clock(from)} to ${clock(to)}, ${ofSegment(segments, at)}${way}`;
  }

  return { ofSegment, ofButton };
})();
