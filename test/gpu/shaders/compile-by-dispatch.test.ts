import { describe, expect, it } from 'vitest';
import { compileByDispatch } from '../../../src/gpu/shaders/compile-by-dispatch.js';
import { PipelineCache, type PipelineSource } from '../../../src/gpu/shaders/pipelines.js';
import { useDevice } from '../../support/device.js';

const fill = (WORKGROUP: number): PipelineSource => ({
  shader: 'fill.wgsl',
  entryPoint: 'fill',
  constants: { WORKGROUP },
  access: ['write'],
  label: 'fill',
});

describe('compiling by dispatch', () => {
  const [own, helper] = [useDevice(), useDevice()];

  it('goes through all sources, with the help of other devices or without', async () => {
    const sources = [1, 2, 4, 8, 16, 32].map(fill);
    for (const another of [async () => helper.device.gpu, () => Promise.reject(new Error('no more'))]) {
      const { gpu } = own.device;
      const compiled: string[] = [];
      const pipelines = new PipelineCache(gpu);
      const dispatched = [own, helper].map(({ device }) => {
        const { createBindGroup } = device.gpu;
        device.gpu.createBindGroup = (descriptor) => {
          compiled.push(device === own.device ? 'own' : 'helper');
          return createBindGroup.call(device.gpu, descriptor);
        };
        return () => {
          device.gpu.createBindGroup = createBindGroup;
        };
      });
      await compileByDispatch(sources, { gpu, pipelines }, another);
      for (const restore of dispatched) restore();
      expect(compiled).toHaveLength(sources.length);
      expect(compiled).toContain('own');
    }
    await own.device.synchronize();
  });
});
