/** Time every kernel at the shapes of Network in Network: `npm run bench -- [filter ...] [options]`. See README.md here. */

import { writeFileSync } from 'node:fs';
import { CheckoutError, RemoteSeat } from './against/remote-seat.mjs';
import { choose, FilterError } from './cases.mjs';
import { optionsFrom, USAGE, UsageError } from './options.mjs';
import { Others, othersNote } from './others.mjs';
import { CompareError, checkAlike, compareResults, readReport, withLimits } from './results/compare.mjs';
import { csvOf, csvOfComparison } from './results/csv.mjs';
import {
  comparisonLines,
  forcedNote,
  header,
  headLine,
  jsonOf,
  limitLine,
  resultLine,
  verdictLine,
} from './results/report.mjs';
import { besideTheFastest, comparisonsIn, limitSummary, limitsByTurn, resultOf } from './results/results.mjs';
import { isLimit, timeInGroups } from './run.mjs';
import { Seat } from './seat.mjs';

const say = (...lines) => console.log(lines.filter(Boolean).join('\n'));

async function main(argv) {
  const options = optionsFrom(argv);
  if (options.help) return say(USAGE);
  if (options.compare) return compare(options);
  const seats = [];
  try {
    for await (const seat of seatsFor(options)) seats.push(seat);
    const cases = choose(commonCases(seats), options.filters, options.without);
    if (options.list) return say(...cases.map(({ name }) => name));
    const run = await timed(seats, cases, options);
    if (options.against) compareSeats(run, options);
    if (run.results.some(({ error }) => error)) process.exitCode = 1;
  } finally {
    for (const seat of seats) seat.close();
  }
}

/** One in this process; or one of this checkout and one of the other, each in its own. */
async function* seatsFor({ against, list, ...options }) {
  if (against === undefined) {
    yield await Seat.open({ ...options, check: options.check && !list });
    return;
  }
  yield await RemoteSeat.open(undefined, options);
  // The engine of the other checkout may lack what the check over odd shapes takes.
  yield await RemoteSeat.open(against, { ...options, check: false });
}

/** What both have to offer, limits left out: they are always measured. */
function commonCases([first, second]) {
  const cases = first.cases().filter((one) => !isLimit(one));
  if (!second) return cases;
  const theirs = new Set(second.cases().map(({ name }) => name));
  return cases.filter(({ name }) => theirs.has(name)).map(({ name }) => ({ name, work: name }));
}

/** Processors that all of this has had. */
const processorsOf = (seats) => async () => {
  const { user, system } = process.cpuUsage();
  const [own, ...others] = await Promise.all(seats.map((seat) => seat.processors()));
  return others.reduce((sum, one) => sum + one, others.length > 0 ? own + user + system : own);
};

/** Time all cases; with one seat a line about each as soon as there is one. */
async function timed(seats, cases, options) {
  const { batch, time, json, csv, against, force } = options;
  const about = seats[0].about();
  const width = Math.max(...cases.map(({ name }) => name.length));
  say(...header(about, batch), against ? '' : headLine(width));
  const others = await Others.watch(processorsOf(seats));
  const comparisons = comparisonsIn(cases);
  const [groups, results] = [[], []];
  for await (const group of timeInGroups(seats, cases, 1000 * time)) {
    const limits = group.limits.map(limitsByTurn);
    const some = group.timed.map((one) => resultOf(one, groups.length, limits[one.seat]));
    groups.push({ limits });
    results.push(...(against ? some : besideTheFastest(some, comparisons)));
    if (!against) say(...results.slice(-some.length).map((result) => resultLine(result, width)));
  }
  const limits = limitSummary(groups.flatMap(({ limits }) => limits.flat()));
  const othersBusy = await others.processors();
  say(limitLine(limits), othersNote(othersBusy), force && forcedNote(results, force));
  const report = jsonOf(about, options, { othersBusy, limits, groups, results });
  if (json) writeFileSync(json, `${JSON.stringify(report, null, 2)}\n`);
  if (csv && !against) writeFileSync(csv, csvOf(results));
  return report;
}

/** Turn by turn, this checkout beside the other. */
function compareSeats(report, { against, csv }) {
  const at = (seat) => withLimits(report).filter((result) => result.seat === seat);
  tell([against, 'here'], compareResults(at(1), at(0)), csv);
}

/** Two runs that were written before. */
function compare({ compare: files, csv }) {
  const [before, after] = files.map(readReport);
  checkAlike(before, after);
  tell(['before', 'after'], compareResults(withLimits(before), withLimits(after)), csv);
}

function tell(names, rows, csv) {
  say(...comparisonLines(names, rows), verdictLine(rows));
  if (csv) writeFileSync(csv, csvOfComparison(['before', 'after'], rows));
}

const EXPECTED = [UsageError, FilterError, CompareError, CheckoutError];

try {
  await main(process.argv.slice(2));
} catch (error) {
  const expected = EXPECTED.some((kind) => error instanceof kind);
  console.error(expected ? error.message : error);
  process.exitCode = expected ? 2 : 1;
}
