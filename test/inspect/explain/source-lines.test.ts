import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { sourceLines } from '../../../src/inspect/explain/source-lines.js';
import { useDirectory } from '../../support/directory.js';

const engine = (file: string) => new URL(`../../../${file}`, import.meta.url);

describe('sourceLines', () => {
  const directory = useDirectory();

  it('lists calls from the one of the op outwards, nothing from within, and nothing that is not traced', () => {
    const stack = [
      'Error',
      `    at putOnTape (${engine('src/autograd/tape.ts')}:144:18)`,
      `    at Conv2d.forward (${engine('src/nn/layers/conv2d.ts')}:71:5)`,
      `    at ${engine('src/nn/layers/conv2d.ts').pathname}:71:20`,
      `    at Conv2d.attempt (${engine('src/nn/module.ts')}:93:14)`,
      `    at new Net (${pathToFileURL(join(directory.path, 'my net.mjs'))}:3:1)`,
      '    at node:internal/main:1:1',
      `    at tracing (${engine('src/gpu/program/origin.ts')}:33:12)`,
      `    at traced (${engine('src/inspect/explain/traced.ts')}:20:12)`,
      `    at ${pathToFileURL(join(directory.path, 'main.mjs'))}:1:1`,
      '    at <anonymous>',
    ].join('\n');
    const own = relative(process.cwd(), join(directory.path, 'my net.mjs'));
    expect(sourceLines({ stack })).toEqual(['src/nn/layers/conv2d.ts:71', `${own}:3`]);
  });

  it('finds the line that a compiled one comes from', () => {
    const compiled = join(directory.path, 'out', 'net.js');
    mkdirSync(join(directory.path, 'out'));
    writeFileSync(compiled, 'a();\nb();\n');
    // Line 2 of net.js is line 5 of net.ts.
    const map = { version: 3, sources: ['../net.ts'], names: [], mappings: 'AAAA;AAIA' };
    writeFileSync(`${compiled}.map`, JSON.stringify(map));
    const stack = `Error\n    at ${pathToFileURL(compiled)}:2:1`;
    expect(sourceLines({ stack })).toEqual([`${relative(process.cwd(), join(directory.path, 'net.ts'))}:5`]);
  });

  it('knows nothing where nobody looked', () => {
    expect(sourceLines({})).toEqual([]);
  });
});
