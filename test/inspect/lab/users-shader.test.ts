import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkRung } from '../../../src/inspect/lab/check-rung.js';
import { openLab } from '../../../src/inspect/lab/open-lab.js';
import { productTable } from '../../../src/inspect/lab/product-table.js';
import { startingPoint } from '../../../src/inspect/lab/starting-point.js';
import { usersRung } from '../../../src/inspect/lab/users-rung.js';
import { readUsersShader } from '../../../src/inspect/lab/users-shader.js';
import { useDevice } from '../../support/device.js';
import { useFreshDirectory } from '../../support/directory.js';

const gpu = useDevice();
const directory = useFreshDirectory();
const RIGHT = startingPoint('matmul');

function written(text: string, name = 'mine.wgsl'): string {
  writeFileSync(directory.file(name), text);
  return directory.file(name);
}

const rungOf = (text: string) => usersRung(readUsersShader(written(text), 'products/'));

describe('a shader from outside', () => {
  it('says itself what a workgroup computes, and which products it takes', async () => {
    const rung = rungOf(
      RIGHT.replace('TILE_ROWS: u32 = 16u', 'TILE_ROWS: u32 = 8u')
        .replace('TILE_COLUMNS: u32 = 16u', 'TILE_COLUMNS: u32 = 32u')
        .replace('import super::shared::row_sums::{ROW_SUMS, store_row_sum};\n', '')
        .replace(/\n *if \(ROW_SUMS[^{]*\{[^}]*\}/g, ''),
    );
    const table = productTable(gpu.device);
    let index = 0;
    for await (const { name, state } of checkRung(gpu.device, rung, table)) {
      const { rowSums } = table[index++]!.product.c;
      expect(state, name).toBe(rowSums === undefined ? 'right' : 'refused');
    }
  });

  it('may import what lies beside it, which comes before what the engine has there', async () => {
    const beside = RIGHT.replace(
      'import super::shared::tile::tile_of;',
      'import super::shared::tile::{tile_of, MINE};',
    );
    const path = written(beside);
    expect(() => readUsersShader(path, 'products/')).toThrow(
      /^linking .*mine\.wgsl: line \d+ of .*mine\.wgsl imports "MINE" from shaders\/products\/shared\/tile\.wgsl, which declares no such name$/,
    );
    mkdirSync(directory.file('shared'));
    const ours = readFileSync(new URL('../../../shaders/products/shared/tile.wgsl', import.meta.url), 'utf8');
    writeFileSync(directory.file('shared/tile.wgsl'), `${ours}\nconst MINE: u32 = 3u;\n`);
    expect(readUsersShader(path, 'products/').constants).toMatchObject({
      MINE: 3,
      TILE_ROWS: 16,
      RELU: false,
    });
  });

  it.each<[string, (text: string) => string, RegExp]>([
    [
      'no size of a tile',
      (text) => text.replace(/^const TILE_ROWS.*$/m, ''),
      /mine\.wgsl: it must say how much of c a workgroup computes, `const TILE_ROWS: u32 = 64u;`/,
    ],
    [
      'a size that only a compiler knows',
      (text) => text.replace('TILE_ROWS: u32 = 16u', 'TILE_ROWS: u32 = 8u + 8u'),
      /`const TILE_ROWS: u32 = 64u;`, a number that is written out$/,
    ],
    [
      'no entry point',
      (text) => text.replace('fn product(', 'fn multiply('),
      /mine\.wgsl: to be a matrix product it lacks an entry point `product`$/,
    ],
    [
      'nothing but a tile',
      () =>
        '// mine\nconst TILE_ROWS: u32 = 8u;\nconst TILE_COLUMNS: u32 = 8u;\n@compute @workgroup_size(1)\nfn product() {}\n',
      /it lacks `@group\(0\) @binding\(0\) var<uniform> params`, `@group\(0\) @binding\(1\) var<storage, read> a`, .*`@group\(0\) @binding\(5\) var<storage, read_write> c`$/,
    ],
    [
      'parameters of its own',
      (text) =>
        text.replace(
          'import super::shared::parameters::params;',
          'struct Params {\n  batches: u32,\n  columns: u32,\n}\n@group(0) @binding(0) var<uniform> params: Params;',
        ),
      /both declare "Params"|field 2 of its struct Params is `columns: u32`, and a matrix product is given `rows: u32` there$/,
    ],
  ])('is refused with %s', (_, change, message) => {
    expect(() => rungOf(change(RIGHT))).toThrow(message);
  });

  it('is refused in one line where there is no such file, or no such family', () => {
    expect(() => openLab(gpu.device, directory.file('none.wgsl'), 'matmul')).toThrow(
      /none\.wgsl: cannot be read: /,
    );
    expect(() => openLab(gpu.device, written(RIGHT), 'softmax')).toThrow(
      'no family of kernels is called "softmax"; there are matmul, relu, ',
    );
  });
});
