/** What there is to say of a step of a ladder: on a terminal, and on a page. */
import { digits } from '../digits.js';
import type { ClimbedStep, Timed } from './climb.js';

/** What a step gains over the one that it improves on: `3.81 (3.76 to 3.88) x tiled`. */
export function gainText({ beside }: Timed, after: string): string {
  if (!beside) return `${after} was not timed`;
  const { ratio, low, high, verdict } = beside;
  const [gain, least, most] = [ratio, high, low].map((value) => digits(1 / value));
  const doubt = verdict === 'cannot tell' ? ', which may be nothing' : '';
  return `${gain} (${least} to ${most}) x ${after}${doubt}`;
}

/** Where a step loses that was made for something else, or is there for something else than speed. */
export function excuseOf({ madeFor, timed }: ClimbedStep): string {
  if (timed?.beside?.verdict === 'faster' || !timed?.beside) return '';
  return madeFor === 'every device' ? '' : `made for ${madeFor}`;
}
