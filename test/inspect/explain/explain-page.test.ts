import { Script } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { explanationPage } from '../../../src/inspect/explain/explain-page.js';
import { explainRun } from '../../../src/inspect/explain/explain-run.js';
import { useDevice } from '../../support/device.js';
import { SEED, tinyConfig } from '../../train/run/tiny-run.js';

describe('explanationPage', () => {
  const gpu = useDevice({ seed: SEED });

  it('holds the step, every shader as it is launched, and a script that is one', async () => {
    const step = await explainRun({ ...tinyConfig, batch: 2 }, gpu.device, { step: 'train', batch: 2 });
    const page = explanationPage(step);
    const [data = '', script = ''] = [...page.matchAll(/<script[^>]*>(.*?)<\/script>/gs)].map(
      ([, text]) => text,
    );
    const { step: told, shaders, shaderOf } = JSON.parse(data);
    expect(told).toEqual(JSON.parse(JSON.stringify(step)));
    expect(shaderOf).toHaveLength(step.launches.length);
    for (const { number, entryPoint, constants } of step.launches) {
      const text: string = shaders[shaderOf[number - 1]];
      expect(text).toContain(`fn ${entryPoint}(`);
      if (constants.RELU === true) expect(text).toContain('const RELU: bool = true;');
    }
    // All modules of a page are one text: no two may declare the same name.
    expect(() => new Script(script)).not.toThrow();
    expect(script).not.toMatch(/^import\b|^export\b|\bfetch\b/m);
  });
});
