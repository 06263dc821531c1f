/** What can be asked of `npm run bench`. */
import { parseArgs } from 'node:util';
import { allows, PRECISIONS, renamed } from '../dist/gpu/precision.js';
import { LADDER, VARIANTS } from '../dist/kernels/products/ladder/ladder.js';

export const USAGE = `npm run bench -- [filter ...] [options]
npm run bench -- compare BEFORE.json AFTER.json [--csv FILE]

  filter          only cases whose name contains one of these, as matmul or block2; conv2d+block2: both
  --without F     none of the cases that this filter chooses; may be given several times
  --batch N       images in a batch (default 32)
  --time S        seconds to spend on timing each case, after it was checked (default 0.5)
  --against DIR   in turns with the engine of another checkout, which must be built; how many times as long this one takes
  --json FILE     also write everything as JSON, for \`compare\`
  --csv FILE      also write the table as comma-separated values
  --adapter NAME  a substring of the adapter's name, as \`dawngrad doctor\` lists it
  --precision P   high or medium: also what rounds operands of matrix products to two halves or to one (default highest)
  --force V       compute products by this variant wherever it can, and say where it cannot; those of matmul name theirs
  --no-shapes     do not check kernels over odd shapes, windows and epilogues too, which compiles many of them
  --list          print the names of the cases
`;

export class UsageError extends Error {}

const OPTIONS = {
  without: { type: 'string', multiple: true, default: [] },
  batch: { type: 'string', default: '32' },
  time: { type: 'string', default: '0.5' },
  against: { type: 'string' },
  json: { type: 'string' },
  csv: { type: 'string' },
  adapter: { type: 'string' },
  precision: { type: 'string', default: 'highest' },
  force: { type: 'string' },
  'no-shapes': { type: 'boolean', default: false },
  list: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
};

/**
 * @param {string[]} args
 * @throws UsageError
 */
export function optionsFrom(args) {
  const { values, positionals } = parsed(args);
  const { 'no-shapes': unchecked, ...rest } = values;
  const [batch, time] = [Number(values.batch), Number(values.time)];
  if (!(Number.isInteger(batch) && batch > 0))
    throw new UsageError(`--batch ${values.batch}: not a whole number over 0`);
  if (!(time > 0)) throw new UsageError(`--time ${values.time}: not a number of seconds over 0`);
  const precision = renamed(values.precision);
  if (!PRECISIONS.includes(precision))
    throw new UsageError(`--precision ${precision}: not ${PRECISIONS.join(', ')}`);
  checkForced(rest.force, precision);
  const [first, ...files] = positionals;
  const compare = first === 'compare' ? files : undefined;
  if (compare && compare.length !== 2)
    throw new UsageError('compare takes two files: BEFORE.json AFTER.json');
  return { ...rest, compare, precision, batch, time, check: !unchecked, filters: positionals };
}

function checkForced(force, precision) {
  if (force === undefined) return;
  if (!VARIANTS.includes(force)) throw new UsageError(`--force ${force}: not ${VARIANTS.join(', ')}`);
  const { precision: rounds = 'highest' } = LADDER[force];
  if (!allows(precision, rounds))
    throw new UsageError(`--force ${force}: it rounds operands, which takes --precision ${rounds}`);
}

function parsed(args) {
  try {
    return parseArgs({ args, allowPositionals: true, options: OPTIONS });
  } catch (error) {
    throw new UsageError(error.message.split('\n')[0]);
  }
}
