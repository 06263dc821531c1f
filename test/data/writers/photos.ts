import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { encode } from 'fast-png';

/** A grey image of one shade as a PNG file. */
export const shade = (value: number, width = 4, height = 4): Uint8Array =>
  encode({ width, height, channels: 1, data: new Uint8Array(width * height).fill(value) });

/** Put files into a directory, those above them made: bytes, or a number for an image of that shade. */
export function writePhotos(
  directory: string,
  files: Readonly<Record<string, Uint8Array | number | string>>,
): string {
  for (const [name, content] of Object.entries(files)) {
    const path = join(directory, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, typeof content === 'number' ? shade(content) : content);
  }
  return directory;
}

/** Names with shades from `first` on: `photos('cat', 3, 10)` are `cat/0.png` of shade 10 to `cat/2.png` of shade 12. */
export const photos = (folder: string, count: number, first: number): Record<string, number> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`${folder}/${i}.png`, first + i]));
