import { describe, expect, it } from 'vitest';
import { PipelineCache, type PipelineSource } from '../../src/gpu/pipelines.js';
import { useDevice } from '../support/device.js';

const fill: PipelineSource = {
  shader: 'fill.wgsl',
  entryPoint: 'fill',
  constants: {},
  access: ['write'],
  label: 'fill',
};

describe('PipelineCache', () => {
  const gpu = useDevice();

  it('compiles a source once, whatever it is called', () => {
    const pipelines = new PipelineCache(gpu.device.gpu);
    const pipeline = pipelines.get(fill);
    expect(pipelines.get({ ...fill, label: 'another name' })).toBe(pipeline);
    expect(pipelines.get({ ...fill, constants: { WORKGROUP: 64 } })).not.toBe(pipeline);
    expect(pipelines.get({ ...fill, constants: { WORKGROUP: 64 } })).toBe(
      pipelines.get({ ...fill, constants: { WORKGROUP: 64 } }),
    );
  });

  it('has one layout for each list of accesses', () => {
    const pipelines = new PipelineCache(gpu.device.gpu);
    expect(pipelines.layout(['read', 'write'])).toBe(pipelines.layout(['read', 'write']));
    expect(pipelines.layout(['write', 'read'])).not.toBe(pipelines.layout(['read', 'write']));
  });
});
