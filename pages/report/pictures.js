/** What the net has seen, drawn: its mistakes, its class maps, its first filters. */
import { element } from '../elements.js';
import { roughly, short } from './numbers.js';

const pixels = (src, alt, attributes = {}) => element('img', { src, alt, class: 'pixels', ...attributes });

export function mistakes({ worst }) {
  if (worst.length === 0) return undefined;
  return element(
    'figure',
    {},
    element('h3', {}, 'Most wrong'),
    element('div', { class: 'cards' }, worst.map(mistake)),
    element(
      'figcaption',
      {},
      'Of all images that the net gets wrong, those whose own class it finds the least probable. Below each: what it says, and what it shows.',
    ),
  );
}

const mistake = ({ index, png, guesses: [guess, own] }) =>
  element(
    'div',
    { class: 'card', title: `image ${index}` },
    pixels(png, `image ${index}, ${own.name}`),
    probability(guess, 'wrong'),
    probability(own, 'right'),
  );

const probability = ({ name, probability }, kind) =>
  element(
    'div',
    { class: `probability ${kind}`, style: `--share: ${(100 * probability).toFixed(1)}%` },
    element('span', {}, name),
    element('span', {}, roughly(probability)),
  );

export function maps({ classMaps }) {
  if (classMaps.length === 0) return undefined;
  return element(
    'figure',
    {},
    element('h3', {}, 'Class maps'),
    element('div', { class: 'maps' }, classMaps.map(mapsOfImage)),
    element(
      'figcaption',
      {},
      "What the last mlpconv layer makes of each image, one map a class, before global average pooling (figure 4 of the paper): the map with the largest mean is the net's answer. Shown is the highest tenth of an image's activations, all its maps together; the rest is dark. The map of the true class is framed green, that of a wrong answer red.",
    ),
  );
}

function mapsOfImage({ index, label, guess, png, maps }) {
  const kind = (name) => (name === label ? 'right' : name === guess ? 'wrong' : undefined);
  return element(
    'div',
    { class: 'sample-maps' },
    element(
      'div',
      { class: 'seen' },
      pixels(png, `image ${index}, ${label}`),
      element('span', {}, label, guess === label ? undefined : element('small', {}, ` taken for ${guess}`)),
    ),
    element(
      'div',
      { class: 'row' },
      maps.map(({ name, png, mean }) =>
        element(
          'div',
          { class: kind(name), title: `${name}: mean ${short(mean)}` },
          pixels(png, `map of ${name}`),
          element('span', {}, name),
        ),
      ),
    ),
  );
}

export function filters({ weight, size, all }) {
  const norms = all.map(({ norm }) => norm);
  return element(
    'figure',
    {},
    element('h3', {}, 'First filters'),
    element(
      'div',
      { class: 'filters' },
      all.map(({ png, norm }, index) => pixels(png, '', { title: `filter ${index}, norm ${short(norm)}` })),
    ),
    element(
      'figcaption',
      {},
      `The ${all.length} filters of ${weight}, ${size.join(' x ')} pixels. Grey is 0; each is scaled to its own largest weight. Their norms are ${short(Math.min(...norms))} to ${short(Math.max(...norms))}.`,
    ),
  );
}
