/** The page of an explained step: its launches on a line, its memory over them, and both in numbers. */
import { element, pageData } from '../elements.js';
import { kindOfLaunch, kindOfTensor, LAUNCHES, TENSORS } from './kinds.js';
import { launchPanel } from './launch-panel.js';
import { launchTable, sumTable } from './launch-tables.js';
import { memoryMap } from './memory-map.js';
import { StepView } from './step-view.js';
import { tiles } from './tiles.js';
import { timeline } from './timeline.js';

const { step, ...texts } = pageData();
const { launches } = step;

/** Operations that a device does while it moves a byte, about: what launches cost where nobody measured it. */
const OPERATIONS_PER_BYTE = 10;
const estimate = ({ flops, bytes }) => Math.max(flops / OPERATIONS_PER_BYTE, bytes);

const view = new StepView({
  ...(step.total.milliseconds === undefined
    ? { '%': shares(launches.map(estimate)) }
    : { ms: launches.map(({ milliseconds }) => milliseconds) }),
  launches: launches.map(() => 1),
});

function shares(sizes) {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  return sizes.map((size) => (100 * size) / total);
}

const panel = launchPanel(step, texts, (launch) => {
  line.mark(launch);
  table.mark(launch);
  history.replaceState(null, '', launch ? `#launch-${launch.number}` : location.pathname);
});
const line = timeline(step, view, panel.show);
const map = memoryMap(step, view, panel.show);
const table = launchTable(step, panel.show);

document.getElementById('tiles').append(...tiles(step));
document
  .getElementById('timeline')
  .append(controls(), line.drawing, legend(LAUNCHES, launches.map(kindOfLaunch)));
document.getElementById('memory').append(
  map.drawing,
  legend(
    TENSORS,
    step.memory.tensors.map((tensor) => kindOfTensor(tensor, launches)),
  ),
  map.note,
);
document.getElementById('launches').append(table.table);
document.getElementById('layers').append(sumTable(step, 'layer', step.layers));
document.getElementById('kernels').append(sumTable(step, 'kernel', step.kernels));
document.body.append(panel.panel);

const [, asked] = /^#launch-(\d+)$/.exec(location.hash) ?? [];
panel.show(launches[Number(asked) - 1]);

/** How close to look, and by which measure. */
function controls() {
  const button = (text, label, onclick) =>
    element('button', { type: 'button', 'aria-label': label, onclick }, text);
  const measures = view.measures.map((name) =>
    element(
      'label',
      {},
      element('input', {
        type: 'radio',
        name: 'measure',
        checked: name === view.measure,
        onchange: () => view.measureBy(name),
      }),
      name === 'launches' ? 'each launch alike' : `by ${name === 'ms' ? 'time' : 'estimated work'}`,
    ),
  );
  return element(
    'div',
    { class: 'controls' },
    button('−', 'Look from further away', () => view.zoom(1 / 1.6)),
    button('+', 'Look closer', () => view.zoom(1.6)),
    button('whole step', 'Look at the whole step', () => view.show(0, 1)),
    element('fieldset', {}, ...measures),
  );
}

/** Which colour is what, of those kinds that are there. */
function legend(kinds, present) {
  const shown = Object.values(kinds).filter((kind) => present.includes(kind));
  return element(
    'ul',
    { class: 'legend' },
    shown.map(([name, colour]) => element('li', { style: `--kind: var(${colour})` }, name)),
  );
}
