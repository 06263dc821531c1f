import { describe, expect, it } from 'vitest';
import { link } from '../../../src/gpu/shaders/link.js';

/** Link the first of these files, given as `{ 'room/file.wgsl': text }`. */
function linked(files: Readonly<Record<string, string>>): string {
  const [main = ''] = Object.keys(files);
  return link(main, (file) => {
    const text = files[file];
    if (text === undefined) throw new Error(`there is no ${file}`);
    return text;
  });
}

const occurrences = (text: string, part: string) => text.split(part).length - 1;

describe('a linked shader', () => {
  it('puts what modules enable into the first empty line, once, and lines stay where they are', () => {
    const files: Record<string, string> = {
      'main.wgsl':
        '// header\n\nimport package::units::multiply;\nimport package::halves::half;\nfn main() {}\n',
      'units.wgsl': '// units\n\nenable f16;\nenable subgroups;\nfn multiply() {}\n',
      'halves.wgsl': '// halves\n\nenable f16;\nfn half() {}\n',
    };
    const text = link('main.wgsl', (file) => files[file] as string);
    expect(text.split('\n').slice(0, 5)).toEqual([
      '// header',
      'enable f16; enable subgroups;',
      '// import package::units::multiply;',
      '// import package::halves::half;',
      'fn main() {}',
    ]);
    expect(text.match(/^enable/gm)).toHaveLength(1);
    expect(text).toContain('// enable subgroups;\nfn multiply() {}');
  });

  it('that imports nothing is its own text', () => {
    const text = '// y = x\nenable f16;\nfn main() {\n  let important = 1u;\n}\n';
    expect(linked({ 'main.wgsl': text })).toBe(text);
  });

  it('keeps its own lines, its imports made comments, and has the modules behind them', () => {
    const text = linked({
      'main.wgsl': '// header\nimport package::hash::pcg;\n\nenable f16;\nfn main() {}\n',
      'hash.wgsl': '// a hash\nfn pcg() {}\n',
    });
    expect(text).toBe(
      '// header\n// import package::hash::pcg;\n\nenable f16;\nfn main() {}\n\n// hash.wgsl\n\n// a hash\nfn pcg() {}\n',
    );
  });

  it('finds modules from the top of shaders/, and from the folder of the file that imports', () => {
    const text = linked({
      'rooms/inner/main.wgsl':
        'import super::near::n;\nimport super::super::far::f;\nimport package::top::t;\n',
      'rooms/inner/near.wgsl': 'const n = 1u;\n',
      'rooms/far.wgsl': 'import super::deep::d;\nconst f = d;\n',
      'rooms/deep.wgsl': 'const d = 3u;\n',
      'top.wgsl': 'import package::rooms::deep::d;\nconst t = d;\n',
    });
    for (const declaration of ['const n = 1u;', 'const f = d;', 'const d = 3u;', 'const t = d;']) {
      expect(occurrences(text, `\n${declaration}\n`)).toBe(1);
    }
  });

  it('has a module once, however many import it and however much of it', () => {
    const text = linked({
      'main.wgsl': 'import super::a::{\n  x,\n  y,\n};\nimport super::b::z;\nimport super::a::x;\n',
      'a.wgsl': 'const x = 1u;\nconst y = 2u;\n',
      'b.wgsl': 'import super::a::y;\nconst z = y;\n',
    });
    expect(occurrences(text, '// a.wgsl\n')).toBe(1);
    expect(text).toMatch(/^\/\/ import super::a::\{\n\/\/ {3}x,\n\/\/ {3}y,\n\/\/ \};\n/);
  });

  it('may import whatever declares a name', () => {
    const module = [
      'const c: u32 = 1u;',
      'override o: u32;',
      'alias A = vec4f;',
      'struct S {',
      '  field: u32,',
      '}',
      'var<workgroup> w: array<f32, 4>;',
      '@group(0) @binding(1) var<storage, read> b: array<f32>;',
      '@must_use(yes) fn f() {}',
    ].join('\n');
    const main = (name: string) => `import super::all::${name};\n`;
    for (const name of ['c', 'o', 'A', 'S', 'w', 'b', 'f']) {
      expect(linked({ 'main.wgsl': main(name), 'all.wgsl': module })).toContain(module);
    }
    expect(() => linked({ 'main.wgsl': main('field'), 'all.wgsl': module })).toThrow('"field"');
  });
});

describe('linking refuses', () => {
  it.each<[string, Readonly<Record<string, string>>, string]>([
    [
      'a module that is not there',
      { 'main.wgsl': '// header\nimport super::lost::x;' },
      'linking main.wgsl: line 2 of main.wgsl imports from lost.wgsl, which cannot be read',
    ],
    [
      'a name that the module does not declare',
      {
        'main.wgsl': 'import super::a::x;',
        'a.wgsl': '\nimport super::b::{y, z};\nconst x = 1;',
        'b.wgsl': 'const y = 1;',
      },
      'linking main.wgsl: line 2 of a.wgsl imports "z" from b.wgsl, which declares no such name',
    ],
    [
      'a name that the module imports itself',
      { 'main.wgsl': 'import super::a::y;', 'a.wgsl': 'import super::b::y;', 'b.wgsl': 'const y = 1;' },
      'linking main.wgsl: line 1 of main.wgsl imports "y" from a.wgsl, which declares no such name',
    ],
    [
      'a name that two files declare',
      { 'main.wgsl': 'import super::a::x;\nfn y() {}', 'a.wgsl': 'const x = 1;\nconst y = 2;' },
      'linking main.wgsl: main.wgsl and a.wgsl both declare "y"',
    ],
    [
      'modules that import one another',
      {
        'main.wgsl': 'import super::a::x;',
        'a.wgsl': 'import super::b::y;\nconst x = 1;',
        'b.wgsl': '\nimport super::a::x;\nconst y = 1;',
      },
      'linking main.wgsl: line 2 of b.wgsl imports a.wgsl, which imports that file in turn',
    ],
  ])('%s', (_, files, message) => {
    expect(() => linked(files)).toThrow(message);
  });

  it.each([
    'import super::a::x as y;',
    'import a::x;',
    'import package::x;',
    'import super::a::{b::x};',
    'import super::a::*;',
    'import super::a::x',
    'import "a.wgsl";',
  ])('what it does not understand: %s', (statement) => {
    expect(() => linked({ 'main.wgsl': `\n\n${statement}\n` })).toThrow(
      /^linking: line 3 of main\.wgsl must be "import package::path::name;" or "import super::path::\{names\};", but is "import /,
    );
  });

  it('a shader that cannot be read, with the reason', () => {
    expect(() => linked({ 'main.wgsl': 'import super::lost::x;' })).toThrow(
      expect.objectContaining({ cause: new Error('there is no lost.wgsl') }),
    );
  });
});
