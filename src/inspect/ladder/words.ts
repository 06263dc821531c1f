/** What there is to say of a step of a ladder: on a terminal, and on a page. */
import { digits } from '../digits.js';
import type { Climb, ClimbedStep, Timed } from './climb.js';

/** What a step gains over the one that it improves on: `3.81 (3.76 to 3.88) x tiled`. */
export function gainText({ beside }: Timed, after: string): string {
  if (!beside) return `${after} was not timed`;
  const { ratio, low, high, verdict } = beside;
  const [gain, least, most] = [ratio, high, low].map((value) => digits(1 / value));
  const doubt = verdict === 'cannot tell' ? ', which may be nothing' : '';
  return `${gain} (${least} to ${most}) x ${after}${doubt}`;
}

/** Where a step gains nothing here that was made for other devices, or for something else than speed. */
export function excuseOf({ madeFor, timed }: ClimbedStep, { software }: Pick<Climb, 'software'>): string {
  if (!timed?.beside || timed.beside.verdict === 'faster') return '';
  const own = software ? 'CPUs' : 'GPUs';
  return madeFor === 'every device' || madeFor === own ? '' : `made for ${madeFor}`;
}
