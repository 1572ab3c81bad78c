"use strict";
// Descriptions of segments as text.

const SegmentText = (() => {
  /** Describes a segment, such as "backward run, suspected 93 %". */
  function describe(segments, index) {
    const gait = segments.direction[index] === "rest" ? "" : segments.gait[index];
    const hasConfidence = segments.basis[index] === "suspected" && segments.confidence[index] !== null;
    const basis = segments.basis[index] + (hasConfidence ? ` ${Math.round(100 * segments.confidence[index])} %` : "");
    return `${segments.direction[index]}${gait ? ` ${gait}` : ""}, ${basis}`;
  }

  /** Describes a segment with its number, start, end and distance, for the label of its button. */
  function describeButton(segments, index, unit) {
    const { formatDuration, formatDistance } = Numbers;
    const [from, to] = [segments.edges_s[index], segments.edges_s[index + 1]];
    const metres = segments.edges_m[index + 1] - segments.edges_m[index];
    const distanceText = metres > 0.5 ? `, ${formatDistance(metres, unit)}` : "";
    return `${index + 1}: ${formatDuration(from)} to ${formatDuration(to)}, ${describe(segments, index)}${distanceText}`;
  }

  return { describe, describeButton };
})();
