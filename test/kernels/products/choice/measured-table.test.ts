import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  measuredTablePath,
  measuredTableText,
  parseMeasuredTable,
  type Subject,
  subjectOf,
} from '../../../../src/kernels/products/choice/measured-table.js';

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
    [{ adapter: 'B' }, 'it is for another adapter'],
    [{ driver: '1.1' }, 'it is for another driver'],
    [{ lanes: '16 to 16' }, 'it is for another lanes'],
    [{ precision: 'medium' }, 'it is for another precision'],
    [{ shaders: 'abd' }, 'the shaders have changed since'],
  ])('is ignored when it is not about %j', (other, ignored) => {
    expect(parseMeasuredTable(text, { ...subject, ...other })).toEqual({ ignored });
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
