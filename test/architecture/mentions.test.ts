import { describe, expect, it } from 'vitest';
import { mentionsOfNothing } from './mentions.js';
import { pathsBelow, readFiles, readText } from './repository.js';

const FOLDERS = [
  'bench',
  'docs',
  'examples',
  'pages',
  'recipes',
  'results',
  'scripts',
  'shaders',
  'src',
  'test',
  'tuning',
];
const PATHS = ['README.md', 'SECURITY.md', ...FOLDERS.flatMap((folder) => [folder, ...pathsBelow(folder)])];

describe('comments and pages', () => {
  it('name only files and folders that are there', () => {
    const files = [
      ['README.md', readText('README.md')] as const,
      ['SECURITY.md', readText('SECURITY.md')] as const,
      ...readFiles('docs', '.md'),
      ...readFiles('results', '.md'),
      ...readFiles('bench', '.md'),
      ...readFiles('src', '.ts'),
      ...readFiles('shaders', '.wgsl'),
      ...readFiles('bench', '.mjs'),
      ...readFiles('scripts', '.mjs'),
    ];
    expect(mentionsOfNothing(files, PATHS)).toEqual([]);
  });
});

describe('the check of mentions', () => {
  const paths = [
    'src',
    'src/gpu',
    'src/gpu/device.ts',
    'shaders',
    'shaders/pools',
    'shaders/pools/max_pool.wgsl',
  ];

  it.each([
    ['src/a.ts', '// see src/gpu/device.ts, device.ts and pools/max_pool.wgsl'],
    ['src/a.ts', "import { device } from './gone.ts';"],
    [
      'src/a.ts',
      '/** In `src/gpu/`, from https://example.com/gone.ts; `engines/NAME.mjs` stands for any. */',
    ],
    ['docs/a.md', 'in b.ts:\n```ts new src/b.ts\nx\n```'],
    ['README.md', 'a run has a folder `retrained/`, and [a device](src/gpu/device.ts)'],
  ])('lets %s say %j', (path, text) => {
    expect(mentionsOfNothing([[path, text]], paths)).toEqual([]);
  });

  it.each([
    ['src/a.ts', '// see src/device.ts', 'src/device.ts'],
    ['src/a.ts', ' * as in gone.ts does', 'gone.ts'],
    ['shaders/a.wgsl', 'x // max_pools.wgsl', 'max_pools.wgsl'],
    ['README.md', 'in `src/kernels/`', 'src/kernels/'],
    ['README.md', 'see [it](pools/gone.wgsl)', 'pools/gone.wgsl'],
  ])('finds in %s that %j names %s', (path, text, mention) => {
    expect(mentionsOfNothing([[path, text]], paths)).toEqual([`${path}:1 names ${mention}`]);
  });
});
