/** What must stay level in a long run, and by how much it may move: what the garbage collector and allocators leave lying. */
const SLACK = {
  rss: { share: 0.03, atLeast: 8 * 2 ** 20 },
  heap: { share: 0.05, atLeast: 2 * 2 ** 20 },
  used: { share: 0, atLeast: 0 },
  free: { share: 0, atLeast: 0 },
  descriptors: { share: 0, atLeast: 0 },
  resources: { share: 0, atLeast: 0 },
};

/**
 * What has grown: its least value in the last quarter of the samples against that in the second. The first quarter is warming up.
 * @returns `{ what, from, to }` of each
 */
export function grown(samples) {
  const quarter = Math.floor(samples.length / 4);
  if (quarter === 0) throw new Error(`${samples.length} samples say nothing of growth; run longer`);
  const least = (what, part) =>
    Math.min(...samples.slice(part * quarter, (part + 1) * quarter).map((sample) => sample[what]));
  return Object.entries(SLACK).flatMap(([what, { share, atLeast }]) => {
    const [from, to] = [least(what, 1), least(what, 3)];
    return to > from + Math.max(share * from, atLeast) ? [{ what, from, to }] : [];
  });
}
