/** The checks of the book find what is wrong. */
import { describe, expect, it } from 'vitest';
import { lineOf, sourceLinkOf } from '../../docs/.vitepress/source-lines.js';
import { blocksOf, changed, changeOf, commandsOf } from './blocks.js';
import { whatIsWrong } from './commands.js';
import { printedBy } from './run-block.js';

describe('a link into the source', () => {
  it('is told from one within the book, and from one to the web', () => {
    expect(sourceLinkOf('ops/relu.md', '../../src/a.ts#b')).toEqual({ path: 'src/a.ts', symbol: 'b' });
    expect(sourceLinkOf('tape.md', '../README.md')).toEqual({ path: 'README.md' });
    expect(sourceLinkOf('ops/relu.md', '../tape.md#the-mask')).toBeUndefined();
    expect(sourceLinkOf('tape.md', 'https://example.com')).toBeUndefined();
  });

  it.each([
    ['run(1);\nexport function run() {', 'run', 2],
    ['class A {\n  async run<T>(work: T): Promise<T> {', 'run', 2],
    ['interface A {\n  readonly reads?: string;', 'reads', 2],
    ['const A = 1;\nfn forward(x: f32) -> f32 {', 'forward', 2],
    ['@group(0) @binding(1) var<storage, read> x: f32;', 'x', 1],
    ['const running = 1;', 'run', undefined],
    ['// run\nwork(run);', 'run', undefined],
  ])('into %j to %s means line %s', (text, symbol, line) => {
    expect(lineOf(text, symbol)).toBe(line);
  });
});

describe('a block', () => {
  it('is found, with its language and what it is of', () => {
    const [block] = blocksOf('a\n\n```wgsl shaders/a.wgsl\nx\n```\n');
    expect(block).toEqual({ language: 'wgsl', of: 'shaders/a.wgsl', text: 'x\n', line: 3 });
  });

  it('that fails says why', async () => {
    await expect(printedBy("import { nothing } from 'dawngrad';")).rejects.toThrow('nothing');
  });
});

describe('a change', () => {
  const change = changeOf(' a\n-b\n+c\n');

  it('is made where it is to be made', () => {
    expect(changed('0\na\nb\n', change)).toBe('0\na\nc\n');
  });

  it.each(['0\na\nc\n', 'a\nb\na\nb\n'])('is refused where that is nowhere, or in two places: %j', (file) => {
    expect(() => changed(file, change)).toThrow(/stands in the file [02] times/);
  });
});

describe('a command', () => {
  it('is read without its comment and settings', () => {
    expect(commandsOf('# x\nA=1 npm test  # y\n\nnpx dawngrad models\n')).toEqual([
      ['npm', 'test'],
      ['npx', 'dawngrad', 'models'],
    ]);
  });

  it.each([
    'npm test',
    'npm run train -- nin-mnist --data DIR',
    'npm run bench -- matmul --time 2',
    'npx dawngrad explain train --html a.html',
    'node dist/cli/main.js models',
    'npx vitest run test/docs',
  ])('%s is there', (command) => {
    expect(whatIsWrong(command.split(' '))).toBeUndefined();
  });

  it.each([
    ['npm run nothing', 'package.json has no script nothing'],
    ['npm run train -- --nothing', 'dawngrad train has no option --nothing'],
    ['npm run bench -- --nothing', 'bench/main.mjs knows no --nothing'],
    ['npx dawngrad nothing', 'dawngrad has no command nothing'],
    ['npx dawngrad plan --nothing', 'dawngrad plan has no option --nothing'],
    ['npx vitest run test/nothing', 'there is no test/nothing'],
    ['node nothing.mjs', 'there is no nothing.mjs'],
    ['make', 'nothing is known of make'],
  ])('%s is not', (command, wrong) => {
    expect(whatIsWrong(command.split(' '))).toBe(wrong);
  });
});
