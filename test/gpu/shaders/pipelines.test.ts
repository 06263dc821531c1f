import { describe, expect, it, vi } from 'vitest';
import { PipelineCache, type PipelineSource } from '../../../src/gpu/shaders/pipelines.js';
import { useDevice } from '../../support/device.js';

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

  it('compiles several ahead, and then has them', async () => {
    const pipelines = new PipelineCache(gpu.device.gpu);
    const sources = [64, 128, 64].map((WORKGROUP) => ({ ...fill, constants: { WORKGROUP } }));
    const missing = pipelines.missing(sources);
    expect(missing.map(({ constants }) => constants.WORKGROUP)).toEqual([64, 128]);
    await pipelines.compile(missing);
    expect(pipelines.missing(sources)).toEqual([]);
    const create = vi.spyOn(gpu.device.gpu, 'createComputePipeline');
    pipelines.get(sources[0]!);
    expect(create).not.toHaveBeenCalled();
    create.mockRestore();
  });

  it('compiles once what is asked for again while it is under way', async () => {
    const pipelines = new PipelineCache(gpu.device.gpu);
    const create = vi.spyOn(gpu.device.gpu, 'createComputePipelineAsync');
    await Promise.all([pipelines.compile([fill]), pipelines.compile([fill, fill])]);
    expect(create).toHaveBeenCalledOnce();
    expect(pipelines.missing([fill])).toEqual([]);
    create.mockRestore();
  });

  it('has one layout for each list of accesses', () => {
    const pipelines = new PipelineCache(gpu.device.gpu);
    expect(pipelines.layout(['read', 'write'])).toBe(pipelines.layout(['read', 'write']));
    expect(pipelines.layout(['write', 'read'])).not.toBe(pipelines.layout(['read', 'write']));
  });
});
