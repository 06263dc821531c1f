/** Launches as a table, and what they come to by layer and by kernel. */
import { element } from '../elements.js';
import { digits } from '../numbers.js';
import { sortableTable } from '../table.js';

/** The columns of work and, where that was measured, time. */
const costs = ({ total }) => [
  column('MFLOP', ({ flops }) => flops / 1e6),
  column('MB', ({ bytes }) => bytes / 1e6),
  ...(total.milliseconds === undefined
    ? []
    : [
        column('µs', ({ milliseconds }) => 1000 * milliseconds),
        column('% step', ({ milliseconds }) => (100 * milliseconds) / total.milliseconds),
      ]),
  ...(total.leastMilliseconds === undefined
    ? []
    : [column('% limit', ({ leastMilliseconds, milliseconds }) => (100 * leastMilliseconds) / milliseconds)]),
];

/** Those of how fast that was. */
const rates = ({ total }) =>
  total.milliseconds === undefined
    ? []
    : [
        column('GFLOP/s', ({ flops, milliseconds }) => flops / milliseconds / 1e6),
        column('GB/s', ({ bytes, milliseconds }) => bytes / milliseconds / 1e6),
      ];

const column = (title, value) => ({ title, value, text: (row) => cell(value(row)) });

/** Where there is nothing, nothing is in the way of what there is. */
const cell = (value) => (value === 0 ? '' : digits(value));

/** All launches, and a field that leaves those of some words. */
export function launchTable(step, choose) {
  const lines = new Map();
  const table = sortableTable(
    [
      { title: '#', value: ({ number }) => number, text: ({ number }) => String(number) },
      { title: 'layer', text: ({ layer }) => layer || '–' },
      { title: 'op', text: ({ op }) => op },
      { title: 'pass', text: ({ direction }) => direction },
      { title: 'kernel', text: ({ kernel }) => kernel },
      { title: 'variant', text: ({ product }) => product?.variant ?? '' },
      ...costs(step),
      ...rates(step),
    ],
    step.launches,
    { onclick: choose, noteLine: (launch, line) => lines.set(launch, line) },
  );
  const filter = element('input', {
    type: 'search',
    placeholder: 'Only with these words, such as block1 backward',
    'aria-label': 'Only launches with these words',
    oninput: () => {
      const words = filter.value.toLowerCase().split(/\s+/);
      for (const line of lines.values()) {
        const text = line.textContent.toLowerCase();
        line.hidden = !words.every((word) => text.includes(word));
      }
    },
  });
  return {
    table: element('div', {}, filter, table),
    mark: (chosen) => {
      for (const [launch, line] of lines) line.classList.toggle('chosen', launch === chosen);
    },
  };
}

/** A name that a narrow table breaks before a dot. */
const breakable = (name) =>
  name.split('.').flatMap((part, index) => (index === 0 ? [part] : [element('wbr'), `.${part}`]));

/** Sums by what `title` says, each with a bar as long as its share. */
export function sumTable(step, title, sums) {
  const { total } = step;
  const share = ({ milliseconds, flops }) =>
    total.milliseconds === undefined ? flops / total.flops : milliseconds / total.milliseconds;
  return sortableTable(
    [
      {
        title,
        text: (sum) =>
          element(
            'span',
            { class: 'share', style: `--share: ${100 * share(sum)}%` },
            breakable(sum.of || 'outside of layers'),
          ),
      },
      { title: 'launches', value: ({ launches }) => launches, text: ({ launches }) => String(launches) },
      ...costs(step),
    ],
    sums,
  );
}
