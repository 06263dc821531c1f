/** All that is known of one launch, at the side of the page. */
import { element } from '../elements.js';
import { digits, duration, grouped, operations, percent, traffic } from '../numbers.js';
import { placeOf } from './kinds.js';
import { shaderText } from './wgsl.js';

/**
 * @param texts `shaders`; for each launch in `shaderOf` which one it runs; `reasons` in words
 * @param chosen is called with the launch that is shown, and with undefined when the panel is closed
 */
export function launchPanel({ launches, total }, { shaders, shaderOf, reasons }, chosen) {
  const body = element('div', { class: 'panel-body' });
  const step = (by) => () => show(launches[current.number - 1 + by]);
  const button = (text, label, onclick) =>
    element('button', { type: 'button', 'aria-label': label, onclick }, text);
  const place = element('span', { class: 'quiet' });
  const panel = element(
    'aside',
    { class: 'panel', hidden: true, 'aria-label': 'A launch' },
    element(
      'nav',
      {},
      place,
      button('‹', 'The launch before', step(-1)),
      button('›', 'The next launch', step(1)),
      button('×', 'Close', () => close()),
    ),
    body,
  );
  let current;
  function show(launch) {
    if (!launch) return;
    current = launch;
    place.textContent = `launch ${launch.number} of ${total.launches}`;
    body.replaceChildren(...contentsOf(launch, total, shaders[shaderOf[launch.number - 1]], reasons));
    body.scrollTop = 0;
    panel.hidden = false;
    chosen(launch);
  }
  function close() {
    panel.hidden = true;
    chosen(undefined);
  }
  addEventListener('keydown', ({ key }) => key === 'Escape' && close());
  return { panel, show, close };
}

function contentsOf(launch, total, shader, reasons) {
  const { kernel, shader: file, entryPoint, constants, operands, fused, calls, grid, values } = launch;
  const names = Object.keys(constants);
  return [
    element('h2', {}, placeOf(launch)),
    facts([
      ['kernel', kernel],
      ...choiceFacts(launch, reasons),
      ['grid', `${grid.join(' × ')} workgroups`],
      ...costFacts(launch, total),
      ['on the way', fused.map(({ pass, bytes }) => `${pass}: spares a launch and ${traffic(bytes)}`)],
      ['called by', calls],
    ]),
    element('h3', {}, 'Operands'),
    element(
      'div',
      { class: 'scroll' },
      element(
        'table',
        {},
        operands.map(({ binding, access, parameter = '', dtype, shape }) =>
          element(
            'tr',
            {},
            [binding, access, `[${shape.join(', ')}]`, dtype, parameter].map((text) =>
              element('td', {}, text),
            ),
          ),
        ),
      ),
    ),
    element(
      'details',
      {},
      element('summary', {}, 'Parameters'),
      facts(Object.entries(values).map(([name, value]) => [name, digitsOrWhole(value)])),
    ),
    element(
      'details',
      { open: true },
      element('summary', {}, element('code', {}, `shaders/${file}`), `, ${entryPoint}`),
      element(
        'p',
        { class: 'quiet' },
        names.length > 0
          ? 'As the GPU gets it; the marked lines were given other values for this launch.'
          : 'As the GPU gets it.',
      ),
      shaderText(shader, names),
    ),
  ];
}

const digitsOrWhole = (value) => (Number.isInteger(value) ? grouped(value) : digits(value));

/** Pairs of what and how it is; a list is a line each, and what is empty is left out. */
const facts = (pairs) =>
  element(
    'dl',
    { class: 'facts' },
    pairs
      .filter(([, value]) => value.length > 0)
      .flatMap(([name, value]) => [
        element('dt', {}, name),
        element(
          'dd',
          {},
          [value].flat().map((line) => element('div', {}, line)),
        ),
      ]),
  );

function choiceFacts({ product }, reasons) {
  if (!product) return [];
  const { variant, why, place, refused, parts, key } = product;
  return [
    ['variant', `${variant}: ${reasons[why]}${place ? `, ${place}` : ''}`],
    ['not possible', refused.length > 0 ? `preferred, but not possible here: ${refused.join(', ')}` : ''],
    ['product', key],
    ['parts', parts ? `its sum is cut into ${parts}, which another launch adds up` : ''],
  ];
}

function costFacts({ flops, bytes, milliseconds, leastMilliseconds }, total) {
  const work = ['work', `${operations(flops)}, ${traffic(bytes)}`];
  if (milliseconds === undefined) return [work];
  const rates = `${digits(flops / milliseconds / 1e6)} GFLOP/s, ${digits(bytes / milliseconds / 1e6)} GB/s`;
  return [
    work,
    ['time', `${duration(milliseconds)}, ${percent(milliseconds / total.milliseconds)} of the step`],
    [
      'rate',
      leastMilliseconds === undefined
        ? rates
        : `${rates}: ${percent(leastMilliseconds / milliseconds)} of the device's limit`,
    ],
  ];
}
