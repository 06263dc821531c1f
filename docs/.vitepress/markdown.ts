/** What the book's Markdown can do besides: links into the source, and blocks of code that say which file they are of. */
import type { MarkdownOptions } from 'vitepress';
import { sourceAddress, sourceLinkOf } from './source-lines.js';

type MarkdownIt = Parameters<NonNullable<MarkdownOptions['config']>>[0];

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

/** Above an excerpt, a change or a new file stands which file it is of. */
function captions(md: MarkdownIt): void {
  const { fence } = md.renderer.rules;
  md.renderer.rules.fence = (tokens, index, ...rest) => {
    const [, first = '', ...others] = tokens[index]?.info.trim().split(' ') ?? [];
    const path = first === 'new' ? others[0] : first;
    const caption = path?.includes('/') ? `<p class="of">${first === 'new' ? 'new: ' : ''}${path}</p>` : '';
    return caption + (fence?.(tokens, index, ...rest) ?? '');
  };
}

/** Is a block of code a whole file, on a page of its own? */
const isSource = (meta?: { readonly __raw?: string }): boolean => meta?.__raw?.trim() === 'source';

/** An excerpt, moved to the left. */
function outdented(code: string): string {
  const lines = code.split('\n');
  const indents = lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/));
  const least = Math.min(...indents);
  return lines.map((line) => line.slice(least)).join('\n');
}

export const markdown: MarkdownOptions = {
  math: true,
  config: (md) => {
    sourceLinks(md);
    captions(md);
  },
  codeTransformers: [
    {
      name: 'line-names',
      preprocess: (code, { meta }) => (isSource(meta) ? code : outdented(code)),
      line(node, line) {
        if (isSource(this.options.meta)) node.properties.id = `L${line}`;
      },
    },
  ],
};
