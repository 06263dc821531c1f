/** How often to repeat what is too short for the clock. */

/** How much more often at once, where it was over before the clock's next step. */
const LEAP = 30;

/**
 * As often as something must be repeated to take about so long, `most` times at the most. Where it took that long it is timed once
 * more, and the less of the two counts: after one time that something else on the machine held up, samples would be too short.
 * @param time milliseconds that it takes when it is repeated so often; the first time, to warm up, does not count
 */
export async function enoughRepeats(
  time: (repeats: number) => Promise<number>,
  milliseconds: number,
  most: number,
): Promise<number> {
  await time(1);
  let repeats = 1;
  while (repeats < most) {
    let took = await time(repeats);
    if (took >= milliseconds) took = Math.min(took, await time(repeats));
    if (took >= milliseconds) break;
    const more = Math.min(LEAP, (1.2 * milliseconds) / Math.max(took, 1e-9));
    repeats = Math.min(most, Math.ceil(repeats * more));
  }
  return repeats;
}
