import { describe, expect, it } from 'vitest';
import { linkScript } from '../../../src/inspect/pages/link-script.js';

const linked = (files: Record<string, string>) => linkScript('main.js', (file) => files[file] as string);

describe('linkScript', () => {
  it('puts each module behind those that it imports, once', () => {
    const text = linked({
      'main.js': "import { a, b } from './room/a.js';\nimport { c } from './c.js';\na(b, c);\n",
      'room/a.js': "import { c } from '../c.js';\nexport function a() { return c; }\nexport const b = 1;\n",
      'c.js': 'export const c = 2;\nexport async function d() {}\n',
    });
    expect(text).toBe(
      '// c.js\nconst c = 2;\nasync function d() {}\n\n' +
        '// room/a.js\nfunction a() { return c; }\nconst b = 1;\n\n// main.js\na(b, c);\n',
    );
  });

  it('refuses an import under another name, which nothing would be called by', () => {
    const files = {
      'main.js': "import { a as b } from './a.js';\nb();\n",
      'a.js': 'export const a = () => {};\n',
    };
    expect(() => linked(files)).toThrow(/main\.js: it imports a as b/);
  });

  it('refuses what would end the script that it stands in', () => {
    expect(() => linked({ 'main.js': "const end = '</script>';\n" })).toThrow(/main\.js.*ends a script/);
  });
});
