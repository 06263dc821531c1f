import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Precision } from '../../../../src/gpu/precision.js';
import {
  measuredTablePath,
  measuredTableText,
  parseMeasuredTable,
  readMeasuredTable,
  type Subject,
  subjectOf,
} from '../../../../src/kernels/products/choice/measured-table.js';
import { useDirectory } from '../../../support/directory.js';

const subject: Subject = {
  adapter: 'A GPU (1)',
  driver: '1.0',
  lanes: '8 to 8',
  precision: 'highest',
  shaders: 'abc',
};
const products = { key: { variant: 'tiled', milliseconds: { tiled: 1.5, specification: 2 } } };
const text = measuredTableText(subject, products);

describe('a table of measurements', () => {
  it('is read as it was written', () => {
    expect(parseMeasuredTable(text, subject)).toEqual({ products });
  });

  it.each([
    ['no JSON', text.slice(0, -3), 'it is not valid JSON'],
    ['something else', '{"products":{"key":3}}', 'it is not a table of measurements'],
    ['nothing', '', 'it is not valid JSON'],
  ])('is ignored with a reason when it is %s', (_, corrupt, ignored) => {
    expect(parseMeasuredTable(corrupt, subject)).toEqual({ ignored });
  });

  it.each([
    [{ adapter: 'B' }, 'it is stale: it is for another adapter, A GPU (1)'],
    [{ driver: '1.1' }, 'it is stale: it is for another driver, 1.0'],
    [{ lanes: '16 to 16' }, 'it is stale: it is for another subgroup size, 8 to 8'],
    [{ precision: 'medium' }, 'it is stale: it is for another precision, highest'],
    [{ shaders: 'abd' }, 'it is stale: the shaders have changed since'],
  ])('is stale when it is not about %j', (other, ignored) => {
    expect(parseMeasuredTable(text, { ...subject, ...other })).toEqual({ ignored, stale: true });
  });

  it('is stale, with the variants that are gone, when it names some', () => {
    const old = measuredTableText(subject, { ...products, other: { variant: 'tiled7', milliseconds: {} } });
    expect(parseMeasuredTable(old, { ...subject, shaders: 'abd' })).toEqual({
      ignored: 'it is stale: the shaders have changed since, and tiled7 is gone',
      stale: true,
    });
  });
});

describe('the file of a table', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it("lies in the user's cache, and is another for each adapter, driver and precision, not for other shaders", () => {
    vi.stubEnv('XDG_CACHE_HOME', '/caches');
    const path = measuredTablePath(subject);
    expect(path).toMatch(/^\/caches\/dawngrad\/tuning\/A-GPU-1-[0-9a-f]{8}\.json$/);
    expect(measuredTablePath({ ...subject, driver: '1.1' })).not.toBe(path);
    expect(measuredTablePath({ ...subject, precision: 'medium' })).not.toBe(path);
    expect(measuredTablePath({ ...subject, shaders: 'abd' })).toBe(path);
  });
});

describe('the table of a device', () => {
  const directory = useDirectory();
  const deviceOf = (driver: string, precision: Precision = 'highest') => ({
    precision,
    adapter: {
      ...{ name: 'A GPU (1)', vendor: '', architecture: '', driver, software: false },
      ...{ subgroupSize: { min: 8, max: 8 }, subgroupMatrices: [] },
    },
  });

  beforeAll(() => {
    vi.stubEnv('XDG_CACHE_HOME', directory.path);
    vi.stubEnv('DAWNGRAD_TUNING', '');
    const about = subjectOf(deviceOf('1.0'));
    mkdirSync(dirname(measuredTablePath(about)), { recursive: true });
    writeFileSync(measuredTablePath(about), measuredTableText(about, products));
  });
  afterAll(() => {
    vi.unstubAllEnvs();
  });

  it('is used for its driver, and said to be stale with another', () => {
    expect(readMeasuredTable(deviceOf('1.0'))).toMatchObject({ products });
    expect(readMeasuredTable(deviceOf('1.1'))).toEqual({
      path: measuredTablePath(subjectOf(deviceOf('1.0'))),
      products: {},
      ignored: 'it is stale: it is for another driver, 1.0',
      stale: true,
    });
  });

  it('is none where the adapter was only measured at another precision', () => {
    const { path: _, ...table } = readMeasuredTable(deviceOf('1.1', 'medium'));
    expect(table).toEqual({ products: {} });
  });
});

describe('the subject', () => {
  const device = {
    precision: 'medium' as const,
    adapter: {
      name: 'A GPU',
      vendor: '',
      architecture: '',
      driver: '1.0',
      software: false,
      subgroupSize: { min: 4, max: 8 },
      subgroupMatrices: [],
    },
  };

  it('changes with the shaders that there is a choice between, and with what they are specialised with', () => {
    const { shaders, ...rest } = subjectOf(device);
    expect(rest).toEqual({ adapter: 'A GPU', driver: '1.0', lanes: '4 to 8', precision: 'medium' });
    expect(subjectOf(device).shaders).toBe(shaders);
    expect(subjectOf(device, {}).shaders).not.toBe(shaders);
  });
});
