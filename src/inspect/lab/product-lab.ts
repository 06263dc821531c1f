/** A user's shader that computes matrix products, in the lab. */
import type { Device } from '../../gpu/device.js';
import { chooseVariant } from '../../kernels/products/choice/choose-variant.js';
import type { SeenProduct } from '../../kernels/products/choice/seen-products.js';
import { LADDER } from '../../kernels/products/ladder/ladder.js';
import type { Rung } from '../../kernels/products/ladder/rung.js';
import type { Product } from '../../kernels/products/product.js';
import { openModel } from '../../train/nets/open-model.js';
import { disposeOperands, fromStart, randomOperands } from '../tuning/random-operands.js';
import { mostInSample, multiplyAdds, samplePieces } from '../tuning/sample.js';
import { trainingStep } from '../tuning/tune-model.js';
import { type Beside, timeBeside, type Workbench } from './beside.js';
import { type CheckedCase, checkProduct, checkRung } from './check-rung.js';
import type { Lab } from './lab.js';
import { shapeOf } from './product-elements.js';
import { caseOf } from './product-table.js';
import { type UsersRung, usersRung } from './users-rung.js';
import type { UsersShader } from './users-shader.js';

/** @throws DawngradError when the shader cannot be launched for a product */
export function productLab(device: Device, shader: UsersShader): Lab {
  const rung = usersRung(shader);
  const { TILE_ROWS, TILE_COLUMNS } = shader.constants;
  return {
    what: `a matrix product in tiles of ${TILE_ROWS} x ${TILE_COLUMNS}`,
    check: () => checkRung(device, rung),
    beside: async function* (config, bench) {
      for (const seen of trainingStep(config, device, await openModel(config, device)).products)
        yield await beside(bench, rung, seen);
    },
  };
}

/** Milliseconds that all of a product may take by the user's kernel; where it takes longer, only a sample of it is timed. */
const PATIENCE = 1000;

async function beside(bench: Workbench, rung: UsersRung, seen: SeenProduct): Promise<Beside> {
  const { device, clock } = bench;
  const { epilogue, stored, count } = seen;
  const product = fromStart(seen.product);
  const most = mostInSample(device.adapter.software);
  const sample = samplePieces(product, most, epilogue.bias?.per === 'column');
  const checked = await checkOnSample(device, rung, seen, sample);
  if (checked.state !== 'right') return checked;
  const rival = chooseVariant(device, seen.product, epilogue, stored);
  const operands = randomOperands(device, { product, epilogue, stored });
  const launch = (by: Rung, parts: readonly Product[]) => () => {
    for (const part of parts) by.launch(operands, part, operands.epilogue);
  };
  try {
    const inSample = sample.reduce((sum, part) => sum + multiplyAdds(part), 0) / multiplyAdds(product);
    const takes = (await clock.time(launch(rung, sample))) / inSample;
    const [parts, share] = takes > PATIENCE ? [sample, inSample] : [[product], 1];
    const { name, shape } = checked;
    return await timeBeside(bench, {
      ...{ name, shape, count, rival, share },
      launches: device.plan(launch(LADDER[rival], [product])).launches,
      theirs: launch(rung, parts),
      ours: launch(LADDER[rival], parts),
    });
  } finally {
    disposeOperands(operands);
  }
}

/** All of it may take the specification too long. */
async function checkOnSample(
  device: Device,
  rung: UsersRung,
  seen: SeenProduct,
  sample: readonly Product[],
): Promise<CheckedCase> {
  const whole = caseOf(seen);
  const about = { name: whole.name, shape: shapeOf(seen.product) };
  if (!rung.stores(seen.stored) || !rung.accepts(device, fromStart(seen.product), seen.epilogue)) {
    return { ...about, state: 'refused', worst: 0 };
  }
  let worst = 0;
  for (const product of sample) {
    const part = await checkProduct(device, rung, { ...whole, product });
    if (part.state !== 'right') return part;
    worst = Math.max(worst, part.worst);
  }
  return { ...about, state: 'right', worst };
}
