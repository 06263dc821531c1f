/** A rule for prose: a file that a comment or a page names is there, under that name. */
import type { File } from './files.js';

/** A path from the root, `src/gpu/device.ts` or `src/gpu/program/`; or the end of one, `pools/max_pool.wgsl`, `tape.ts`. */
const MENTION = /(?<![\w/.-])[\w./-]*\w(?:\.(?:ts|mjs|wgsl|py|md)\b|\/(?=[\s`),;.:]|$))/g;

/** What a line says about the repository: in code its comment, on a page all of it, but for addresses. */
function proseOf(path: string, line: string): string {
  const text = line.replace(/https?:\S+/g, '');
  return path.endsWith('.md') ? text : (/(?:^\s*\*|\/\*|\/\/).*/.exec(text)?.[0] ?? '');
}

/**
 * One line for every mention of a file that is not among `paths`, all files and folders of the repository. A folder is looked for
 * only where the mention begins at the root; capitals, as in `engines/NAME.mjs`, stand for any name.
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
  return files.flatMap(([path, text]) =>
    text.split('\n').flatMap((line, index) => {
      const mentions = proseOf(path, line).match(MENTION) ?? [];
      return mentions
        .filter((mention) => !isThere(mention))
        .map((mention) => `${path}:${index + 1} names ${mention}`);
    }),
  );
}
