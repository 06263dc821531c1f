/**
 * What `npm pack` does after building: the texts of the files that the engine reads at run time are written into `dist/`, so that
 * a bundler takes them along.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { shippedIn, shippedText } from '../dist/files/shipped.js';
import { ROOT } from './setup/run.mjs';

const DIRECTORIES = ['recipes/', 'shaders/', 'tuning/'];

const { name, version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const texts = Object.fromEntries(DIRECTORIES.flatMap(shippedIn).map((path) => [path, shippedText(path)]));
// A run writes the version into its circumstances.
texts['package.json'] = JSON.stringify({ name, version });
writeFileSync(
  join(ROOT, 'dist', 'files', 'shipped-texts.js'),
  `/** Written by scripts/embed.mjs. */\nexport const SHIPPED_TEXTS = ${JSON.stringify(texts, null, 2)};\n`,
);
