import { describe, expect, it } from 'vitest';
import { DawngradError } from '../../../src/errors/errors.js';
import { readShader, specialise } from '../../../src/gpu/shaders/shader.js';
import { useDevice } from '../../support/device.js';

const SOURCE = `// This shader says that
// const TILE: u32 = 1u; is a comment
const TILE: u32 = 64u; // with a comment
const TILE_M: u32 = TILE * 2u;
const OFFSET: i32 = -1;
const SLOPE: f32 = 0.5;
const FUSED: bool = false;
alias Stored = f32; // with a comment
alias Pair = vec2f;
const OTHERS: vec2u = vec2u(1u, 2u);

fn f() -> u32 {
  const TILE_N: u32 = 3u;
  return TILE * TILE_N;
}
`;

/** The lines that specialising changes. */
const changed = (constants: Parameters<typeof specialise>[1]) => {
  const before = SOURCE.split('\n');
  return specialise(SOURCE, constants)
    .split('\n')
    .filter((line, index) => line !== before[index]);
};

describe('specialise', () => {
  it.each([
    ['TILE', 32, 'const TILE: u32 = 32u; // with a comment'],
    ['TILE', 4294967295, 'const TILE: u32 = 4294967295u; // with a comment'],
    ['TILE_M', 7, 'const TILE_M: u32 = 7u;'],
    ['OFFSET', -12, 'const OFFSET: i32 = i32(-12);'],
    ['SLOPE', 3, 'const SLOPE: f32 = 3f;'],
    ['SLOPE', -0.25, 'const SLOPE: f32 = -0.25f;'],
    ['SLOPE', 0.1, 'const SLOPE: f32 = 0.10000000149011612f;'],
    ['FUSED', true, 'const FUSED: bool = true;'],
  ])('gives %s the value %s, and changes nothing else', (name, value, line) => {
    expect(changed({ [name]: value })).toEqual([line]);
  });

  it('makes a type that is stored f16, and enables that on the first line', () => {
    expect(changed({ Stored: 'f16' })).toEqual([
      'enable f16; // This shader says that',
      'alias Stored = f16; // with a comment',
    ]);
    expect(changed({ Stored: 'f32' })).toEqual([]);
    const again = specialise(SOURCE, { Stored: 'f16' });
    expect(specialise(again, { Stored: 'f32' }).split('\n')[0]).toBe(again.split('\n')[0]);
    // Once is enough, wherever that is.
    const enabling = `// A comment\nenable f16;\n${SOURCE}`;
    expect(specialise(enabling, { Stored: 'f16' }).match(/enable f16/g)).toHaveLength(1);
  });

  it.each(['Stor', 'Pair', 'TILE', 'Other'])(
    'refuses to make %s f16, which is no type that is stored',
    (name) => {
      expect(() => specialise(SOURCE, { [name]: 'f16' })).toThrow(
        new DawngradError(`specialising a shader: it declares no type "${name}" that can be f16`),
      );
    },
  );

  it('changes several at once, and nothing without being asked', () => {
    expect(changed({ FUSED: true, TILE: 8 })).toHaveLength(2);
    expect(specialise(SOURCE, {})).toBe(SOURCE);
  });

  it.each(['TIL', 'ILE', 'TILE_N', 'tile', 'f'])('refuses %s, which is no constant of the shader', (name) => {
    expect(() => specialise(SOURCE, { [name]: 1 })).toThrow(
      new DawngradError(`specialising a shader: it declares no constant "${name}"`),
    );
  });

  it.each([
    ['TILE', 'u32', 1.5],
    ['TILE', 'u32', -1],
    ['TILE', 'u32', 2 ** 32],
    ['TILE', 'u32', true],
    ['OFFSET', 'i32', 2 ** 31],
    ['OFFSET', 'i32', 0.5],
    ['SLOPE', 'f32', Number.NaN],
    ['SLOPE', 'f32', 1e39],
    ['SLOPE', 'f32', false],
    ['FUSED', 'bool', 1],
    ['OTHERS', 'vec2u', 1],
  ])('refuses for %s, a %s, the value %s', (name, type, value) => {
    expect(() => specialise(SOURCE, { [name]: value })).toThrow(
      `its constant "${name}" is a ${type}, ${value} is none`,
    );
  });

  describe('writes what a WGSL compiler reads', () => {
    const gpu = useDevice();
    it.each([
      { TILE: 0 },
      { OFFSET: -(2 ** 31) },
      { OFFSET: 2 ** 31 - 1 },
      ...[1e21, 2 ** 70, 3.4e38, -1e-40, 1e-7, -5, 16777217].map((SLOPE) => ({ SLOPE })),
    ])('%j', async (constants) => {
      const code = specialise(SOURCE, constants);
      const info = await gpu.device.gpu.createShaderModule({ code }).getCompilationInfo();
      expect(info.messages.map(({ message }) => message)).toEqual([]);
    });
  });
});

describe('readShader', () => {
  it('reads a file of shaders/', () => {
    expect(readShader('fill.wgsl')).toContain('fn fill(');
    expect(() => readShader('none.wgsl')).toThrow('none.wgsl');
  });
});
