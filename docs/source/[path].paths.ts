/** A page for each file of the source that the book links to, with its lines numbered and named. */
import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { pages, sourceLinksOn } from '../.vitepress/pages.js';
import { ROOT, sourcePage } from '../.vitepress/source-lines.js';

const LANGUAGES: Readonly<Record<string, string>> = {
  '.mjs': 'js',
  '.wgsl': 'wgsl',
  '.ts': 'ts',
  '.py': 'py',
};

/** A fence longer than any in the file. */
const FENCE = '`'.repeat(7);

export default {
  watch: ['../**/*.md'],
  paths() {
    const paths = new Set(pages().flatMap((page) => sourceLinksOn(page).map(({ path }) => path)));
    return [...paths].sort().map((path) => {
      const text = readFileSync(ROOT + path, 'utf8').trimEnd();
      const language = LANGUAGES[extname(path)] ?? extname(path).slice(1);
      return {
        params: { path: sourcePage(path).slice('/source/'.length), file: path },
        content: `# ${path}\n\n${FENCE}${language}:line-numbers source\n${text}\n${FENCE}\n`,
      };
    });
  },
};
