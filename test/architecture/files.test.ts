import { describe, expect, it } from 'vitest';
import {
  arraysInLoops,
  LONGEST_FILE,
  LONGEST_REPETITION,
  longFiles,
  repetitions,
  shadersWithoutHeader,
  shadersWithoutOwner,
} from './files.js';
import { readFiles } from './repository.js';

describe('the files of src/, shaders/ and pages/', () => {
  const sources = readFiles('src', '.ts');
  const shaders = readFiles('shaders', '.wgsl');
  const pages = [...readFiles('pages', '.js'), ...readFiles('pages', '.css')];

  it('are found', () => {
    expect(sources.length).toBeGreaterThan(0);
    expect(shaders.length).toBeGreaterThan(0);
    expect(pages.length).toBeGreaterThan(0);
  });

  it('are short enough to read', () => {
    expect(longFiles([...sources, ...shaders, ...pages])).toEqual([]);
  });

  it('open with a header comment, if they are shaders', () => {
    expect(shadersWithoutHeader(shaders)).toEqual([]);
  });

  it('belong to exactly one kernel file if they are shaders, or are imported by one', () => {
    expect(shadersWithoutOwner(shaders, readFiles('src/kernels', '.ts'))).toEqual([]);
  });

  it('declare no array without a value in a loop, if they are shaders', () => {
    expect(arraysInLoops(shaders)).toEqual([]);
  });

  it('repeat nothing of one another, if they are shaders', () => {
    expect(repetitions(shaders)).toEqual([]);
  });
});

describe('the checks of files', () => {
  it('count lines, with and without a line end after the last', () => {
    const lines = 'x\n'.repeat(LONGEST_FILE);
    expect(longFiles([['a.ts', lines]])).toEqual([]);
    expect(longFiles([['a.ts', `${lines}x`]])).toEqual([`a.ts has ${LONGEST_FILE + 1} lines`]);
  });

  it('want a header of two lines', () => {
    const shaders = [
      ['shaders/good.wgsl', '// y = x\n// One thread computes one element.\n'],
      ['shaders/block.wgsl', '/* y = x\n   One thread computes one element. */\n'],
      ['shaders/bare.wgsl', '@compute fn main() {}\n// y = x\n'],
      ['shaders/short.wgsl', '// y = x\n\nfn main() {}'],
    ] as const;
    expect(shadersWithoutHeader(shaders)).toEqual(['shaders/bare.wgsl', 'shaders/short.wgsl']);
  });

  const entryPoint = '@compute @workgroup_size(1)\nfn main() {}\n';

  it('find shaders with no owner and with two', () => {
    const shaders = [
      ['shaders/elementwise/relu.wgsl', entryPoint],
      ['shaders/lost.wgsl', entryPoint],
      ['shaders/shared.wgsl', entryPoint],
    ] as const;
    const kernels = [
      ['src/kernels/elementwise/relu.ts', "shader: 'elementwise/relu.wgsl', shader: 'shared.wgsl'"],
      ['src/kernels/other.ts', "shader: 'shared.wgsl', // like 'prelu.wgsl'"],
    ] as const;
    expect(shadersWithoutOwner(shaders, kernels)).toEqual([
      'shaders/lost.wgsl is named by no kernel',
      'shaders/shared.wgsl is named by src/kernels/elementwise/relu.ts and src/kernels/other.ts',
    ]);
  });

  it('find modules that nobody imports', () => {
    const shaders = [
      [
        'shaders/room/relu.wgsl',
        `import super::near::x;\nimport package::top::y;\n// import super::lost::z;\n${entryPoint}`,
      ],
      ['shaders/room/near.wgsl', ''],
      ['shaders/room/lost.wgsl', ''],
      ['shaders/top.wgsl', ''],
    ] as const;
    expect(
      shadersWithoutOwner(shaders, [['src/kernels/elementwise/relu.ts', "shader: 'room/relu.wgsl'"]]),
    ).toEqual(['shaders/room/lost.wgsl has no entry point, and no shader imports it']);
  });

  it('find what stands in two files, however it is indented and spaced', () => {
    const lines = (count: number) => Array.from({ length: count }, (_, line) => `line ${line}`);
    const indented = `first\n  ${lines(LONGEST_REPETITION + 1).join('\n\n  ')}\nlast`;
    const tooLong = lines(LONGEST_REPETITION + 1).join('\n');
    expect(
      repetitions([
        ['a.wgsl', indented],
        ['b.wgsl', tooLong],
        ['c.wgsl', 'other'],
      ]),
    ).toEqual([`a.wgsl and b.wgsl share ${LONGEST_REPETITION + 1} lines`]);
    expect(
      repetitions([
        ['a.wgsl', indented],
        ['b.wgsl', lines(LONGEST_REPETITION).join('\n')],
      ]),
    ).toEqual([]);
    expect(repetitions([['a.wgsl', `${tooLong}\n${tooLong}`]])).toEqual([]);
  });

  it('find arrays that have no value in a turn of a loop, however deep', () => {
    const declared = 'var x: array<vec4f, N>;';
    const within = (loop: string) =>
      `fn main() {\n  ${loop} {\n    if (a) {\n      ${declared}\n    }\n  }\n}\n`;
    const shaders = [
      [
        'shaders/before.wgsl',
        `fn main() {\n  for (;;) { f(); }\n  // for\n  if (a) {\n    ${declared}\n  }\n}\n`,
      ],
      [
        'shaders/valued.wgsl',
        within('loop').replace(declared, 'var x = array<f32, N>(); var y: array<f32, 2> = z;'),
      ],
      ['shaders/for.wgsl', within('for (var i = 0u; i < n; i++)')],
      ['shaders/while.wgsl', within('while (i < n)')],
      ['shaders/loop.wgsl', within('loop')],
    ] as const;
    expect(arraysInLoops(shaders)).toEqual(
      ['for', 'while', 'loop'].map((name) => `shaders/${name}.wgsl: x has no value`),
    );
  });
});
