/** What can be asked of `npm run bench:gpu`. */
import { parseArgs } from 'node:util';
import { PRECISIONS, precisionNamed } from '../precisions.mjs';

/** In the order in which they run: should time run out, it is the last that are missing. */
export const PARTS = ['limits', 'step', 'launches', 'peers', 'ops'];

export const USAGE = `npm run bench:gpu -- [options]

  --quick           one batch, and no op tests: in 90 seconds on a GPU rather than 4 minutes
  --only a,b        only these parts (${PARTS.join(', ')})
  --json FILE       also write everything as JSON, after each part
  --precision a,b   only these precisions (${PRECISIONS.join(', ')})
  --batch N,M       images in a batch (default 32,128,512; with --quick 128; on a software driver 8)
  --width F         multiply the number of maps (default 1; on a software driver with --quick 0.25)
  --tuned           also measure which kernels are the fastest here, and the step with those (a minute a precision)
  --seconds S       begin nothing new after this time (default 230, with --quick 85)
`;

export class UsageError extends Error {}

/** A list like `a,b`, each of which is among `known`, in the order of those. */
function chosen(option, text, known, named = (name) => name) {
  if (text === undefined) return known;
  const names = text.split(',').map((name) => named(name.trim()));
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new UsageError(`--${option} ${unknown}: not ${known.join(', ')}`);
  return known.filter((name) => names.includes(name));
}

function positive(option, text, whole = false) {
  const value = Number(text);
  if (value > 0 && (!whole || Number.isInteger(value))) return value;
  throw new UsageError(`--${option} ${text}: not a ${whole ? 'whole ' : ''}number over 0`);
}

/**
 * @param {string[]} argv
 * @throws UsageError
 */
export function optionsFrom(argv) {
  const { quick, json, tuned, help, ...values } = parsed(argv);
  return {
    quick,
    json,
    tuned,
    help,
    parts: chosen('only', values.only, PARTS).filter((part) => !(quick && !values.only && part === 'ops')),
    precisions: chosen('precision', values.precision, PRECISIONS, precisionNamed),
    batches: values.batch?.split(',').map((text) => positive('batch', text, true)),
    width: values.width === undefined ? undefined : positive('width', values.width),
    seconds: positive('seconds', values.seconds ?? (quick ? '85' : '230')),
  };
}

function parsed(args) {
  const text = { type: 'string' };
  const flag = { type: 'boolean', default: false };
  const options = {
    quick: flag,
    only: text,
    json: text,
    precision: text,
    batch: text,
    width: text,
    tuned: flag,
    seconds: text,
    help: flag,
  };
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    throw new UsageError(error.message.split('\n')[0]);
  }
}

/** How much there is to measure where nobody said: little by software, which is a hundred times as slow. */
export function sizesFor({ quick, batches, width }, software) {
  const [usual, small] = software ? [[8], 0.25] : [quick ? [128] : [32, 128, 512], 1];
  return {
    batches: batches ?? usual,
    width: width ?? (quick ? small : 1),
    /** Steps that are queued at once, at the least. */
    steps: software ? 3 : 50,
    /** Milliseconds that they take, at the least. */
    milliseconds: software ? 0 : 500,
    repeats: 3,
    /** After how many steps the loss is looked at, at the batch that is looked at most closely. */
    lossesAt: software ? [1, 3] : [1, 10, 50, 100, 200],
  };
}

/** The batch that is looked at most closely: the nearest to 128. */
export const mainBatch = ({ batches }) =>
  batches.toSorted((a, b) => Math.abs(a - 128) - Math.abs(b - 128))[0];
