import { describe, expect, it } from 'vitest';
import { importCycles, importGraph, wrongImports } from './floors.js';
import { readFiles } from './repository.js';

/** The import graph of a small program, written as its files' texts. */
const program = (files: Record<string, string>) => importGraph(Object.entries(files));

describe('src/', () => {
  const graph = importGraph(readFiles('src', '.ts'));
  const files = [...graph.keys()];

  it('is read with its imports', () => {
    expect(files.length).toBeGreaterThan(0);
    expect([...graph.values()].flat().length).toBeGreaterThan(0);
  });

  it('imports only files that exist', () => {
    const missing = [...graph].flatMap(([from, targets]) =>
      targets.filter((to) => !graph.has(to)).map((to) => `${from} imports ${to}`),
    );
    expect(missing).toEqual([]);
  });

  it('imports downwards only', () => {
    expect(wrongImports(graph)).toEqual([]);
  });

  it('has no import cycle', () => {
    expect(importCycles(graph)).toEqual([]);
  });
});

describe('wrongImports', () => {
  it.each([
    ['a value', "import { Tensor } from '../tensor/tensor.js';"],
    ['a type', "import type { Tensor } from '../tensor/tensor.js';"],
    ['a type in place', "let x: import('../tensor/tensor.js').Tensor;"],
    ['a re-export', "export * from '../tensor/tensor.js';"],
    ['several lines', "import {\n  a,\n  Tensor,\n} from '../tensor/tensor.js';"],
    ['a side effect', "import '../tensor/tensor.js';"],
    ['later', "const { Tensor } = await import('../tensor/tensor.js');"],
    ['after a URL', "const url = 'http://x'; import { Tensor } from '../tensor/tensor.js';"],
  ])('finds an upward import of %s', (_, text) => {
    const graph = program({ 'src/gpu/device.ts': text, 'src/tensor/tensor.ts': '' });
    expect(wrongImports(graph)).toEqual(['src/gpu/device.ts imports src/tensor/tensor.ts, a floor up']);
  });

  it('accepts downward imports, those on one floor, packages, and what stands in comments', () => {
    const graph = program({
      'src/gpu/device.ts': "import { readFileSync } from 'node:fs';\nimport { Pool } from './pool.js';",
      'src/gpu/memory/pool.ts': "/* import '../cli/main.js' */\n// import '../nn/module.js'",
      'src/cli/commands/train.ts': "import { Device } from '../../gpu/device.js';",
    });
    expect(wrongImports(graph)).toEqual([]);
  });

  it.each([
    [
      'src/train/trainer.ts',
      "import '../index.js';",
      ['src/train/trainer.ts imports src/index.ts, a floor up'],
    ],
    ['src/cli/main.ts', "import '../index.js';", []],
    ['src/index.ts', "import './cli/main.js';", ['src/index.ts imports src/cli/main.ts, a floor up']],
    ['src/index.ts', "import './train/trainer.js';", []],
  ])('puts src/index.ts below cli only: %s %s', (path, text, expected) => {
    expect(wrongImports(program({ [path]: text }))).toEqual(expected);
  });

  it('keeps inspect for the public names and cli', () => {
    const graph = program({
      'src/index.ts': "export * from './inspect/explain.js';",
      'src/experiments/plan.ts': "import { explain } from '../inspect/explain.js';",
      'src/cli/explain.ts': "import { explain } from '../inspect/explain.js';",
      'src/inspect/explain.ts': "import './profile.js';",
      'src/inspect/profile.ts': '',
    });
    expect(wrongImports(graph)).toEqual([
      'src/experiments/plan.ts imports src/inspect/explain.ts, closed to experiments',
    ]);
  });

  it('knows no other floors', () => {
    const graph = program({ 'src/utils/all.ts': '', 'src/gpu/device.ts': "import '../errors.js';" });
    expect(wrongImports(graph)).toEqual([
      'src/utils/all.ts lies on no floor',
      'src/gpu/device.ts imports src/errors.ts, which lies on no floor',
    ]);
  });
});

describe('importCycles', () => {
  it('finds a cycle through three files, once', () => {
    const graph = program({
      'src/gpu/a.ts': "import './b.js';",
      'src/gpu/b.ts': "import './c.js';",
      'src/gpu/c.ts': "import type { B } from './b.js';\nimport './d.js';",
      'src/gpu/d.ts': '',
    });
    expect(importCycles(graph)).toEqual([['src/gpu/b.ts', 'src/gpu/c.ts', 'src/gpu/b.ts']]);
  });

  it('finds a file that imports itself', () => {
    const graph = program({ 'src/gpu/a.ts': "import './a.js';" });
    expect(importCycles(graph)).toEqual([['src/gpu/a.ts', 'src/gpu/a.ts']]);
  });

  it('accepts two ways to one file', () => {
    const graph = program({
      'src/gpu/a.ts': "import './b.js';\nimport './c.js';",
      'src/gpu/b.ts': "import './d.js';",
      'src/gpu/c.ts': "import './d.js';",
      'src/gpu/d.ts': '',
    });
    expect(importCycles(graph)).toEqual([]);
  });
});
