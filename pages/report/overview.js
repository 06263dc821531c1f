/** The runs at a glance. */
import { element } from '../elements.js';
import { colourOf } from './curves.js';
import { duration, percent, short, whole } from './numbers.js';

export function overview({ runs }) {
  return element('section', {}, runs.length === 1 ? tiles(runs[0]) : table(runs));
}

const timeOf = ({ metrics }) => metrics.reduce((sum, { seconds }) => sum + seconds, 0);

/** The error that a run is known by: that on the test images, else the last on those held out. */
function errorOf({ result, metrics }) {
  const last = metrics.at(-1);
  if (result?.test) return { images: 'test', error: result.test.error };
  if (last?.testError !== undefined) return { images: 'test', error: last.testError };
  if (last?.validationError !== undefined) return { images: 'validation', error: last.validationError };
  return undefined;
}

/** The lowest error of all epochs, on the images that are scored after each. */
function bestOf({ metrics }) {
  const scored = metrics
    .map(({ epoch, validationError, testError }) => ({ epoch, error: validationError ?? testError }))
    .filter(({ error }) => error !== undefined);
  return scored.reduce((best, one) => (best && best.error <= one.error ? best : one), undefined);
}

const STATES = { finished: 'finished', training: 'training', stopped: 'not finished' };

function tiles(run) {
  const { state, trainedBy, metrics, epochs, parameters, images, machine } = run;
  const last = metrics.at(-1);
  const [error, best] = [errorOf(run), bestOf(run)];
  const tile = (what, value, unit) =>
    element(
      'div',
      {},
      element('dt', {}, what),
      element('dd', {}, value, unit ? element('small', {}, ` ${unit}`) : undefined),
    );
  return [
    element(
      'dl',
      { class: 'tiles' },
      error ? tile(`${error.images} error`, ...percent(error.error).split(' ')) : undefined,
      best ? tile(`lowest, epoch ${best.epoch}`, ...percent(best.error).split(' ')) : undefined,
      last ? tile('training loss', short(last.trainLoss)) : undefined,
      tile('epochs', String(metrics.length), `of ${epochs}, ${STATES[state]}`),
      tile('training time', ...duration(timeOf(run)).split(' ')),
      last ? tile('speed', whole(Math.round(last.imagesPerSecond)), 'images/s') : undefined,
      parameters ? tile('parameters', whole(parameters)) : undefined,
      images
        ? tile(
            'training images',
            whole(images.train),
            images.validation ? `+ ${whole(images.validation)} held out` : '',
          )
        : undefined,
    ),
    trainedBy ? element('p', {}, `Trained now by ${trainedBy}.`) : undefined,
    machine ? element('p', { class: 'quiet' }, machine) : undefined,
  ].filter((part) => part !== undefined);
}

function table(runs) {
  const columns = [
    { title: 'model', text: ({ model }) => model },
    { title: 'data', text: ({ dataset }) => dataset },
    { title: 'state', text: ({ state }) => STATES[state] },
    { title: 'epochs', number: true, text: ({ metrics, epochs }) => `${metrics.length} of ${epochs}` },
    { title: 'error', number: true, text: (run) => shown(errorOf(run), ({ error }) => percent(error)) },
    { title: 'on', text: (run) => shown(errorOf(run), ({ images }) => images) },
    {
      ...{ title: 'lowest', number: true },
      text: (run) => shown(bestOf(run), ({ error, epoch }) => `${percent(error)} after ${epoch}`),
    },
    {
      title: 'training loss',
      number: true,
      text: ({ metrics }) => shown(metrics.at(-1), ({ trainLoss }) => short(trainLoss)),
    },
    { title: 'time', number: true, text: (run) => duration(timeOf(run)) },
    {
      title: 'images/s',
      number: true,
      text: ({ metrics }) =>
        shown(metrics.at(-1), ({ imagesPerSecond }) => whole(Math.round(imagesPerSecond))),
    },
    { title: 'parameters', number: true, text: ({ parameters }) => shown(parameters, whole) },
  ];
  const attributes = ({ number }) => ({ class: number && 'number' });
  const head = columns.map((column) => element('th', { scope: 'col', ...attributes(column) }, column.title));
  const rows = runs.map((run, index) =>
    element(
      'tr',
      {},
      element(
        'td',
        {},
        element('span', { class: 'swatch', style: `--colour: ${colourOf(index)}` }),
        run.name,
      ),
      columns.map((column) => element('td', attributes(column), column.text(run))),
    ),
  );
  return element(
    'div',
    { class: 'scroll' },
    element(
      'table',
      {},
      element('thead', {}, element('tr', {}, element('th', { scope: 'col' }, 'run'), head)),
      element('tbody', {}, rows),
    ),
  );
}

const shown = (value, text) => (value === undefined ? '' : text(value));
