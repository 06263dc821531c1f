/** A user's shader that computes matrix products, in the lab. */
import type { Device } from '../../gpu/device.js';
import { chooseVariant } from '../../kernels/products/choice/choose-variant.js';
import type { SeenProduct } from '../../kernels/products/choice/seen-products.js';
import { LADDER } from '../../kernels/products/ladder/ladder.js';
import type { Rung } from '../../kernels/products/ladder/rung.js';
import { disposeOperands, fromStart, randomOperands } from '../tuning/random-operands.js';
import { mostInSample, samplePieces } from '../tuning/sample.js';
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
      for (const seen of trainingStep(config, device).products) yield await beside(bench, rung, seen);
    },
  };
}

async function beside(bench: Workbench, rung: UsersRung, seen: SeenProduct): Promise<Beside> {
  const { device } = bench;
  const checked = await checkOnSample(device, rung, seen);
  if (checked.state !== 'right') return checked;
  const { epilogue, stored, count } = seen;
  const product = fromStart(seen.product);
  const rival = chooseVariant(device, seen.product, epilogue, stored);
  const operands = randomOperands(device, { product, epilogue, stored });
  const launch = (by: Rung) => () => by.launch(operands, product, operands.epilogue);
  try {
    const { launches } = device.plan(launch(LADDER[rival]));
    const { name, shape } = checked;
    return await timeBeside(bench, {
      ...{ name, shape, count, rival, launches },
      theirs: launch(rung),
      ours: launch(LADDER[rival]),
    });
  } finally {
    disposeOperands(operands);
  }
}

/** On parts of the product, where all of it would take the specification too long. */
async function checkOnSample(device: Device, rung: UsersRung, seen: SeenProduct): Promise<CheckedCase> {
  const whole = caseOf(seen);
  const about = { name: whole.name, shape: shapeOf(seen.product) };
  const { epilogue, stored } = seen;
  const product = fromStart(seen.product);
  if (!rung.stores(stored) || !rung.accepts(device, product, epilogue)) {
    return { ...about, state: 'refused', worst: 0 };
  }
  const most = mostInSample(device.adapter.software);
  let worst = 0;
  for (const piece of samplePieces(product, most, epilogue.bias?.per === 'column')) {
    const part = await checkProduct(device, rung, { ...whole, product: piece });
    if (part.state !== 'right') return part;
    worst = Math.max(worst, part.worst);
  }
  return { ...about, state: 'right', worst };
}
