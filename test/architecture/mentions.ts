/** A rule for prose: a file that a comment or a page names is there, under that name. */
import type { File } from './files.js';

/** A path from the root, `src/gpu/device.ts` or `src/gpu/program/`; or the end of one, `pools/max_pool.wgsl`, `tape.ts`. */
const MENTION = /(?<![\w/.-])[\w./-]*\w(?:\.(?:ts|mjs|wgsl|py|md)\b|\/(?=[\s`),;.:]|$))/g;

/** A file that a page has its reader make, behind the fence of its text. */
const MADE = /^```\w+ new (\S+)$/gm;

/** What a line says about the repository: in code its comment, on a page all of it, but for addresses. */
function proseOf(path: string, line: string): string {
  const text = line.replace(/https?:\S+/g, '');
  return path.endsWith('.md') ? text : (/(?:^\s*\*|\/\*|\/\/).*/.exec(text)?.[0] ?? '');
}

/**
 * One line for every mention of a file that is not among `paths`, all files and folders of the repository. A folder is looked for
 * only where the mention begins at the root; capitals, as in `engines/NAME.mjs`, stand for any name. A page may name the files that it
 * has its reader make.
 */
export function mentionsOfNothing(files: readonly File[], paths: readonly string[]): string[] {
  const all = new Set(paths);
  const roots = new Set(paths.map((path) => path.split('/', 1)[0]));
  const endings = new Set(
    paths.flatMap((path) => path.split('/').map((_, start, names) => names.slice(start).join('/'))),
  );
  const isThere = (mention: string): boolean => {
    const path = mention.replace(/^(?:\.\.?\/)+|\/$/g, '');
    if (/\/[A-Z]+\.\w+$/.test(path) && !path.endsWith('README.md')) return true;
    if (path.includes('/') && roots.has(path.split('/', 1)[0] ?? '')) return all.has(path);
    return mention.endsWith('/') || endings.has(path);
  };
  return files.flatMap(([path, text]) => {
    const made = [...text.matchAll(MADE)].map(([, file = '']) => file);
    return text.split('\n').flatMap((line, index) => {
      const mentions = proseOf(path, line).match(MENTION) ?? [];
      return mentions
        .filter((mention) => !isThere(mention) && !made.some((file) => file.endsWith(mention)))
        .map((mention) => `${path}:${index + 1} names ${mention}`);
    });
  });
}
