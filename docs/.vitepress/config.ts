import { defineConfig } from 'vitepress';
import { sourceAddress, sourceLinkOf } from './source-lines.js';

const chapter = (text: string, link: string) => ({ text, link });

/** Links into the source lead to the very line, on the page that shows the file. */
function sourceLinks(md: MarkdownIt): void {
  md.core.ruler.push('source-links', ({ tokens, env }) => {
    const page: string = env.relativePath;
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const href = token.type === 'link_open' ? token.attrGet('href') : undefined;
      const link = href && !page.startsWith('source/') ? sourceLinkOf(page, href) : undefined;
      if (link) token.attrSet('href', sourceAddress(page, link));
    }
  });
}

type MarkdownIt = Parameters<
  NonNullable<NonNullable<Parameters<typeof defineConfig>[0]['markdown']>['config']>
>[0];

/** Is a block of code a whole file, on a page of its own? */
const isSource = (meta?: { readonly __raw?: string }): boolean => meta?.__raw?.includes('source') === true;

/** An excerpt, moved to the left. */
function outdented(code: string): string {
  const lines = code.split('\n');
  const indents = lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/));
  const least = Math.min(...indents);
  return lines.map((line) => line.slice(least)).join('\n');
}

export default defineConfig({
  title: 'dawngrad',
  description: 'How a tensor and autograd engine works, from the shader line up to the loss curve.',
  lang: 'en',
  // A line's end between two links is a space.
  vue: { template: { compilerOptions: { whitespace: 'preserve' } } },
  markdown: {
    math: true,
    config: sourceLinks,
    codeTransformers: [
      {
        name: 'line-names',
        preprocess: (code, { meta }) => (isSource(meta) ? code : outdented(code)),
        line(node, line) {
          if (isSource(this.options.meta)) node.properties.id = `L${line}`;
        },
      },
    ],
  },
  themeConfig: {
    outline: 'deep',
    search: { provider: 'local' },
    nav: [
      { text: 'The book', link: '/' },
      { text: 'Glossary', link: '/glossary' },
      { text: 'API', link: '/api/index.html', target: '_self' },
    ],
    sidebar: [
      {
        text: 'How it works',
        items: [
          chapter('How a step flows', '/step'),
          chapter('Eager and recorded', '/recording'),
          chapter('The tape', '/tape'),
          chapter('Memory and its plan', '/memory'),
          chapter('From a convolution to its variant', '/convolution'),
          chapter('How a product gets fast', '/ladder'),
          chapter("Why a weight's gradient is split", '/split'),
          chapter('The tuner', '/tuner'),
          chapter('Matrix units', '/matrix-units'),
          chapter('Random numbers', '/random'),
          chapter('Network in Network', '/nin'),
        ],
      },
      {
        text: 'Each op, and its gradient',
        items: [
          chapter('How to read these', '/ops/'),
          chapter('ReLU', '/ops/relu'),
          chapter('Matrix product', '/ops/matmul'),
          chapter('Linear', '/ops/linear'),
          chapter('Convolution', '/ops/conv2d'),
          chapter('Max pool', '/ops/max-pool'),
          chapter('Average pool', '/ops/avg-pool'),
          chapter('Batch norm', '/ops/batch-norm'),
          chapter('Local response norm', '/ops/local-response-norm'),
          chapter('Maxout', '/ops/maxout'),
          chapter('Dropout', '/ops/dropout'),
          chapter('Cross-entropy', '/ops/cross-entropy'),
        ],
      },
      {
        text: 'How to',
        items: [
          chapter('Add an op', '/guides/op'),
          chapter('Add a variant of the product', '/guides/variant'),
          chapter('Add a data set', '/guides/data-set'),
          chapter('Add a model', '/guides/model'),
          chapter('Read the bench and explain', '/guides/measuring'),
        ],
      },
      { text: 'Words', items: [chapter('Glossary', '/glossary')] },
    ],
  },
});
