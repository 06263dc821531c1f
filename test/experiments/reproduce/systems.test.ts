import { expect, it } from 'vitest';
import { EXPERIMENT_NAMES, findExperiment } from '../../../src/experiments/reproduce/experiments.js';
import { SCALE_NAMES, SCALES } from '../../../src/experiments/reproduce/scale.js';
import { tidy } from '../../../src/tensor/tidy.js';
import { buildModel } from '../../../src/train/nets/build-model.js';
import { parameterGroups } from '../../../src/train/recipes/parameter-groups.js';
import { useDevice } from '../../support/device.js';

const gpu = useDevice();

const SYSTEMS = [...new Set(EXPERIMENT_NAMES.flatMap((name) => findExperiment(name).systems))];

it.each(SYSTEMS.flatMap((system) => SCALE_NAMES.map((scale) => [system, scale] as const)))(
  '%s can be built at %s scale, and all rules about its parameters match some',
  (system, scale) => {
    const config = SCALES[scale].config(system, 0, 'data');
    tidy(gpu.device, () => {
      const model = buildModel(config, gpu.device);
      const groups = parameterGroups(model, config.groups, { lr: config.learningRate, weightDecay: 0 });
      const sizes = groups.flatMap(({ params }) => [...params].map(({ size }) => size));
      expect(sizes).toHaveLength(model.parameters().length);
      expect(Math.min(...sizes)).toBeGreaterThan(0);
    });
  },
);
