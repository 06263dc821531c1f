/**
 * Linking scripts: a page is one file, and a module in it can import nothing. So the modules that it is made of stand one behind
 * the other, each after those that it imports, without the words `import` and `export`. Names stay as they are written: no two
 * modules of a page may declare the same one at their outermost level.
 */
import { posix } from 'node:path';
import { DawngradError } from '../../errors/errors.js';

/** `import { element, svg } from './elements.js';` at the beginning of a line: no other form is known here. */
const IMPORT = /^import \{([^}]*)\} from '(\.[^']+)';\n/gm;
const EXPORT = /^export (?=const |function |class |async )/gm;

/**
 * The text of a module with all that it imports.
 * @param file under `pages/`; `read` gives the text of such a file, or throws
 * @throws DawngradError where an import gives a name another one, or a text would end the script that it stands in
 */
export function linkScript(file: string, read: (file: string) => string): string {
  const texts = new Map<string, string>();
  const include = (file: string): void => {
    if (texts.has(file)) return;
    const text = read(file);
    // It is on the way, for modules that import one another; its place is behind them.
    texts.set(file, '');
    for (const [, names = '', path = ''] of text.matchAll(IMPORT)) {
      if (/ as /.test(names))
        throw new DawngradError(`linking ${file}: it imports ${names.trim()}; no name changes here`);
      include(posix.join(posix.dirname(file), path));
    }
    texts.delete(file);
    texts.set(file, text.replace(IMPORT, '').replace(EXPORT, ''));
  };
  include(file);
  const linked = [...texts].map(([name, text]) => `// ${name}\n${text}`).join('\n');
  if (/<\/script|<!--/i.test(linked)) {
    throw new DawngradError(`linking ${file}: it holds what ends a script in a page`);
  }
  return linked;
}
