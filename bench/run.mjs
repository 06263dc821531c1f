/** Times cases in turns A B C, C B A, as many at once as the memory holds, with the device's limits in every turn. */
import { inTurns } from '../dist/inspect/timing/turns.js';

/** Cases are made ready until they take this many bytes of device memory: those are timed in turns, then come the next. */
const MOST_BYTES = 2 ** 30;

/**
 * @typedef {import('./seat.mjs').Seat} Seat
 * @typedef {import('./seat.mjs').Made & { name: string, work?: string, seat: number, samples?: number[] }} Timed
 *   `seat`: the number of the one where it ran; `samples`: milliseconds of one launch, by turn
 *
 * @typedef {object} Group
 * @property {Timed[]} timed
 * @property {Limits[]} limits at each seat
 *
 * @typedef {Record<string, { cost: { flops: number, bytes: number }, samples: number[] }>} Limits
 *   milliseconds of each limit's case in the same turns
 */

/** Cases that compute the same, which must be timed in the same turns; any other by itself. */
function atomsOf(cases) {
  const atoms = new Map();
  for (const one of cases) {
    const key = one.work ?? one.name;
    atoms.set(key, [...(atoms.get(key) ?? []), one]);
  }
  return [...atoms.values()];
}

/** A case that cannot even be made ready is as wrong as one with wrong results. */
const prepared = (seat, name) => seat.prepare(name).catch((error) => ({ error: error.message, used: 0 }));

/**
 * @param {readonly Seat[]} seats each case is timed at all of them, one after the other; and so are the limits
 * @param {readonly { name: string, work?: string }[]} cases
 * @param {number} milliseconds to spend on each, at the least
 * @returns {AsyncGenerator<Group>}
 */
export async function* timeInGroups(seats, cases, milliseconds) {
  const costs = [];
  for (const seat of seats) costs.push(await prepareLimits(seat));
  let group = [];
  for (const atom of atomsOf(cases)) {
    let full = false;
    for (const one of atom) {
      for (const [index, seat] of seats.entries()) {
        const made = await prepared(seat, one.name);
        full ||= made.used > MOST_BYTES;
        group.push({ ...one, ...made, seat: index });
      }
    }
    if (!full) continue;
    yield await timeGroup(seats, group, costs, milliseconds);
    group = [];
  }
  if (group.length > 0) yield await timeGroup(seats, group, costs, milliseconds);
}

/** Make the limits' cases ready, for all of the run; what they cost, by name. */
async function prepareLimits(seat) {
  const costs = {};
  for (const { name } of seat.cases().filter(isLimit)) {
    const { error, cost } = await seat.prepare(name);
    if (error) throw new Error(`${name}: ${error}`);
    costs[name] = cost;
  }
  return costs;
}

/** Is it what others are compared with? */
export const isLimit = ({ name }) => name.startsWith('limit.');

/** @returns {Promise<Group>} */
async function timeGroup(seats, group, costs, milliseconds) {
  const limits = costs.map((ofSeat) =>
    Object.fromEntries(Object.entries(ofSeat).map(([name, cost]) => [name, { cost, samples: [] }])),
  );
  const right = group.filter(({ error }) => !error);
  const samples = await inTurns(
    right.map(
      ({ seat, name }) =>
        () =>
          seats[seat].sample(name),
    ),
    {
      milliseconds,
      before: async () => {
        for (const [index, seat] of seats.entries()) {
          for (const [name, { samples }] of Object.entries(limits[index]))
            samples.push(await seat.sample(name));
        }
      },
    },
  );
  for (const { seat, name } of right) await seats[seat].release(name);
  const bySample = new Map(right.map((one, index) => [one, samples[index]]));
  return { timed: group.map((one) => ({ ...one, samples: bySample.get(one) })), limits };
}
