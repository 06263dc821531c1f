/** The book and the README say what is so: links lead somewhere, commands are there, and code runs. */
import { existsSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { linksOn, pages, pageText, sourceLinksOn } from '../../docs/.vitepress/pages.js';
import { lineOf, ROOT, sourceLinkOf } from '../../docs/.vitepress/source-lines.js';
import { dawngrad, useBuild } from '../cli/dawngrad.js';
import { type Block, blocksOf, changed, changeOf, commandsOf } from './blocks.js';
import { whatIsWrong } from './commands.js';
import { printedBy } from './run-block.js';
import { vitestOn } from './scratch-copy.js';

const source = (path: string) => readFileSync(ROOT + path, 'utf8');

/** Every page that has code: of the book, and the README. */
const PAGES = [...pages().map((page) => `docs/${page}`), 'README.md'].map((path) => ({
  path,
  blocks: blocksOf(source(path)),
}));

const blocksIn = (...languages: readonly string[]) =>
  PAGES.flatMap(({ path, blocks }) =>
    blocks
      .filter(({ language }) => languages.includes(language))
      .map((block) => ({ at: `${path}:${block.line}`, path, block })),
  );

/** The name that a heading has in addresses, as VitePress makes it. */
const slug = (heading: string): string =>
  heading
    .replace(/[`*]/g, '')
    .replace(/[\s~!@#$%^&()\-_+=[\]{}|\\;:"'<>,.?/]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .replace(/^(\d)/, '_$1')
    .toLowerCase();

describe('the book', () => {
  it.each(pages())('%s is listed beside every page', (page) => {
    const address = `/${page.replace(/(?:index)?\.md$/, '')}`;
    expect(source('docs/.vitepress/config.ts')).toContain(`'${address}'`);
  });

  it.each(pages())('%s leads to what is there', (page) => {
    const wrong = linksOn(pageText(page)).filter((href) => {
      if (/^https?:/.test(href)) return false;
      const link = sourceLinkOf(page, href);
      if (link) {
        const there = existsSync(ROOT + link.path);
        return !there || (link.symbol !== undefined && lineOf(source(link.path), link.symbol) === undefined);
      }
      const [target = '', anchor] = href.split('#');
      const other = posix.join(posix.dirname(page), target);
      if (!pages().includes(other)) return true;
      const headings = [...pageText(other).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => slug(heading));
      return anchor !== undefined && !headings.includes(anchor);
    });
    expect(wrong).toEqual([]);
  });

  it('leads to the lines where the gradient of a max pool is computed', () => {
    const path = 'shaders/pools/max_pool.wgsl';
    expect(sourceLinksOn('ops/max-pool.md')).toContainEqual({ path, symbol: 'backward' });
    const line = lineOf(source(path), 'backward')!;
    expect(
      source(path)
        .split('\n')
        .slice(line, line + 30)
        .join('\n'),
    ).toContain('sums += vec4f(select(');
  });
});

describe('a block of code', () => {
  it('is of a language that is looked at', () => {
    const looked = ['', 'js', 'ts', 'wgsl', 'diff', 'sh', 'text', 'json'];
    expect(
      PAGES.flatMap(({ blocks }) => blocks).filter(({ language }) => !looked.includes(language)),
    ).toEqual([]);
  });

  it.each(blocksIn('sh'))('$at has commands that there are', ({ block }) => {
    expect(
      commandsOf(block.text)
        .map((command) => whatIsWrong(command))
        .filter(Boolean),
    ).toEqual([]);
  });

  const named = blocksIn('js').filter(({ block }) => block.of !== '');
  const excerpts = [...named, ...blocksIn('ts', 'wgsl')].filter(({ block }) => !block.of.startsWith('new '));
  it.each(excerpts)('$at stands in the file that it is of', ({ block }) => {
    expect(source(block.of)).toContain(block.text);
  });

  // The README's is an example, which has a test of its own.
  const programs = blocksIn('js').filter(
    ({ block }) => block.of === '' && block.text !== source('examples/first-program.mjs'),
  );
  it.concurrent.each(programs)('$at runs, and prints what is said', async ({ path, block }) => {
    const printed = await printedBy(block.text);
    const { blocks } = PAGES.find((page) => page.path === path)!;
    const next = blocks[blocks.indexOf(block) + 1];
    if (next?.of === 'printed') expect(printed).toBe(next.text);
    else expect(printed).not.toBe('');
  });
});

/** What is printed as a page shows it: for `…` there may be anything, also more lines, and columns may be of other widths. */
function patternOf(shown: string): RegExp {
  const literal = shown.trim().replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const anything = literal
    .replace(/\s+/g, '\\s+')
    .replaceAll('\\s+…\\s+', '\\s[\\s\\S]*\\s')
    .replaceAll('…', '.*');
  return new RegExp(`^\\s*${anything}$`, 'm');
}

describe('what pages show of `explain`', () => {
  const excerpts = blocksIn('text').filter(({ block }) => block.of === 'explained');
  let printed = '';
  useBuild();
  beforeAll(async () => {
    const env = { LP_NATIVE_VECTOR_WIDTH: '256' };
    printed = (await dawngrad(['explain', 'train', 'nin-glyphs', '--batch', '8'], { env })).stdout;
  });

  it.for(excerpts)('is what it prints: $at', ({ block }, { skip }) => {
    skip(!printed.includes('llvmpipe'), 'pages tell of lavapipe');
    expect(printed).toMatch(patternOf(block.text));
  });
});

/** The files that a page changes and adds, as they are to be. */
function afterFollowing(blocks: readonly Block[]): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const { language, of, text } of blocks) {
    if (of.startsWith('new ')) files.set(of.slice('new '.length), text);
    if (language === 'diff') files.set(of, changed(files.get(of) ?? source(of), changeOf(text)));
  }
  return files;
}

describe('what a page tells to change', () => {
  const guides = PAGES.filter(({ blocks }) => blocks.some(({ language }) => language === 'diff'));

  it.each(guides)('can be changed so: $path', ({ blocks }) => {
    expect(afterFollowing(blocks).size).toBeGreaterThan(2);
  });

  it('makes an op that passes its tests', async () => {
    const { blocks } = guides.find(({ path }) => path === 'docs/guides/op.md')!;
    const outcome = await vitestOn(afterFollowing(blocks), [
      ...['test/autograd/ops/elementwise/functions.test.ts', 'test/index.test.ts'],
      ...['-t', 'softplus|the package exports'],
    ]);
    expect(outcome.passed, outcome.text).toBe(true);
    // Three shapes, finite differences, accuracy, and the list of names.
    expect(outcome.text).toMatch(/Tests\s+6 passed/);
  });
});
