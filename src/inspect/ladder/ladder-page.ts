/** A ladder that was climbed as a page: a bar for each step, its idea and what that gains, and its shaders. */
import { escapeText } from '../../files/markup.js';
import { digits } from '../digits.js';
import { pageText } from '../pages/page.js';
import type { Climb, ClimbedStep, Source, Timed } from './climb.js';
import { excuseOf, gainText } from './words.js';

/** The page's text. */
export function ladderPage(climb: Climb): string {
  const { name, work, adapter, clock, limits } = climb;
  const title = `The ladder of ${name}`;
  const unit = unitOf(climb);
  const most = Math.max(...climb.steps.map(({ timed }) => (timed ? unit.value(timed) : 0)));
  const body = `
<header>
<h1>${escapeText(title)}</h1>
<p class="quiet">${escapeText(work)}; on ${escapeText(adapter)}, by ${clock}</p>
</header>
<main>
${tiles(climb)}
<p>Every step computes the same, and is checked against the first. All of them were timed in turns, so that whatever else the
machine did hit all alike; a gain stands with the interval that holds it in 95 of 100 cases. The bars are ${unit.what}. At its best
this device was seen to do ${digits(limits.gflops)} GFLOP/s of arithmetic, and to copy ${digits(limits.gigabytes)} GB/s.</p>
<ol class="steps">
${climb.steps.map((step) => stepItem(step, climb, unit, most)).join('\n')}
</ol>
</main>`;
  return pageText({ title, body, styles: ['ladder/ladder.css'] });
}

/** What the bars show. */
interface Unit {
  readonly what: string;
  readonly value: (timed: Timed) => number;
  readonly text: (timed: Timed) => string;
}

/** Operations a second, where there are any to speak of; else how many times as fast as the first step. */
const unitOf = ({ flops, steps: [first] }: Climb): Unit =>
  flops > 0
    ? {
        what: 'operations a second',
        value: ({ gflops }) => gflops,
        text: ({ gflops }) => `${digits(gflops)} GFLOP/s`,
      }
    : {
        what: `speeds, that of "${first?.name}" being 1`,
        value: ({ times }) => times,
        text: ({ times }) => `${digits(times)} x`,
      };

/** The numbers that matter most. */
function tiles({ steps }: Climb): string {
  const timed = steps.flatMap((step) => (step.timed ? [{ ...step, timed: step.timed }] : []));
  const best = timed.reduce((one, other) =>
    other.timed.milliseconds < one.timed.milliseconds ? other : one,
  );
  const entries = [
    ['steps', `${timed.length}`],
    ['the fastest', escapeText(best.name)],
    ['faster than the first', `${digits(best.timed.times)} <small>times</small>`],
    ['of the device’s limit', `${(100 * best.timed.share).toFixed(0)} <small>%</small>`],
  ];
  const tile = ([what, much]: readonly string[]) => `<div><dt>${what}</dt><dd>${much}</dd></div>`;
  return `<dl class="tiles">${entries.map(tile).join('')}</dl>`;
}

function stepItem(step: ClimbedStep, climb: Climb, unit: Unit, most: number): string {
  const { name, idea, timed, missing } = step;
  return `<li>
<h2>${escapeText(name)}</h2>
<p class="idea">${escapeText(idea)}</p>
${timed ? measured(step, timed, climb, unit, most) : `<p class="numbers quiet">${escapeText(missing ?? '')}</p>`}
${step.sources.map(sourceDetails).join('\n')}
</li>`;
}

function measured(step: ClimbedStep, timed: Timed, climb: Climb, unit: Unit, most: number): string {
  const won = timed.beside === undefined || timed.beside.verdict === 'faster';
  const width = ((100 * unit.value(timed)) / most).toFixed(2);
  const excuse = excuseOf(step, climb);
  const range = `${digits(timed.low)} to ${digits(timed.high)}`;
  const numbers = [
    ...(step.after === undefined
      ? []
      : [`<span${won ? ' class="gain"' : ''}>${escapeText(gainText(timed, step.after))}</span>`]),
    ...(excuse ? [`<span>${escapeText(excuse)}</span>`] : []),
    `<span class="quiet">${digits(timed.milliseconds)} ms (${range}), least ${digits(timed.least)}</span>`,
    `<span class="quiet">${(100 * timed.share).toFixed(0)} % of the limit</span>`,
  ];
  const fill = `<div class="fill${won ? '' : ' lost'}" style="width:${width}%"></div>`;
  return `<div class="bar"><div class="track">${fill}</div><strong>${unit.text(timed)}</strong></div>
<p class="numbers">${numbers.join('\n')}</p>`;
}

/** A shader, as the GPU got it. */
function sourceDetails({ kernel, shader, entryPoint, constants, text }: Source): string {
  const given = Object.entries(constants).filter(([, value]) => value !== false);
  const set = given.map(([name, value]) => ` ${name}=${value}`);
  const title = `${kernel}: ${shader} ${entryPoint}${set.join('')}`;
  return `<details><summary>${escapeText(title)}</summary><pre><code>${escapeText(text)}</code></pre></details>`;
}
