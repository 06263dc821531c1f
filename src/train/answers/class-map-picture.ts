/** Class maps as figure 4 of Network in Network draws them: where the highest tenth of an image's activations are. */
import type { Colour, Picture } from '../../data/picture.js';
import { type ClassMaps, topTenth } from './class-maps.js';

/** What is below the highest tenth. */
const DARK: Colour = [16, 16, 24];

/** The lowest activation that is shown is this bright, so that nobody takes it for one that is not. */
const FAINTEST = 0.35;

/** The pictures of all maps of an image, one a class. */
export function classMapPictures(sample: ClassMaps): Picture[] {
  const { maps, rows, columns } = sample;
  const threshold = topTenth(sample);
  const largest = Math.max(...maps.map((map) => Math.max(...map)));
  const colourOf = (value: number): Colour => {
    if (value < threshold) return DARK;
    const height = largest > threshold ? (value - threshold) / (largest - threshold) : 1;
    return glow(FAINTEST + (1 - FAINTEST) * height);
  };
  return maps.map((map) => ({ rows, columns, colourOf: (pixel) => colourOf(map[pixel]!) }));
}

/** From black by red and yellow to white, as glowing bodies look. */
const glow = (strength: number): Colour => [
  255 * Math.min(1, 3 * strength),
  255 * Math.min(1, Math.max(0, 3 * strength - 1)),
  255 * Math.min(1, Math.max(0, 3 * strength - 2)),
];
