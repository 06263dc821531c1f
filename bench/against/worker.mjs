/** A seat in a process of its own: does what it is told by messages `{ ask, with }`, and answers `{ answer }` or `{ error }`. */
import { Seat } from '../seat.mjs';

let seat;

process.on('message', async ({ ask, with: args }) => {
  try {
    if (ask === 'open') seat = await Seat.open(...args);
    const answer = ask === 'open' ? seat.about() : await seat[ask](...args);
    process.send({ answer });
  } catch (error) {
    process.send({ error: error.message });
  }
});
process.on('disconnect', () => process.exit());
