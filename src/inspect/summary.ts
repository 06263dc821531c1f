/** What a model is made of, layer by layer, and what each costs. `dawngrad summary` prints it. Nothing is computed. */
import { noGrad } from '../autograd/tape.js';
import type { Device } from '../gpu/device.js';
import { ConvTranspose2d } from '../nn/layers/conv-transpose2d.js';
import { Conv2d } from '../nn/layers/conv2d.js';
import { Linear } from '../nn/layers/linear.js';
import { LocalConv2d } from '../nn/layers/local-conv2d.js';
import { Sequential } from '../nn/layers/sequential.js';
import type { Module } from '../nn/module.js';
import { type Shape, sizeOf } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { tidy } from '../tensor/tidy.js';

/** One layer of a model, and what it costs. */
export interface LayerSummary {
  /** Where it is in the model: `block1.conv`. */
  readonly path: string;
  /** Its class: `Conv2d`. */
  readonly kind: string;
  /** Shape of its output, the batch first. */
  readonly output: Shape;
  /** Numbers that it learns. */
  readonly parameters: number;
  /** Multiply-adds of a forward pass of the batch, in convolutions and matrix products; zeros of the padding are multiplied too. */
  readonly multiplyAdds: number;
  /** Bytes of its output; 0 where that is its input in another shape. */
  readonly activationBytes: number;
}

/** The layers in their order, and their sums; a parameter that layers share counts once in the total. */
export interface ModelSummary {
  readonly layers: readonly LayerSummary[];
  readonly total: Pick<LayerSummary, 'parameters' | 'multiplyAdds' | 'activationBytes'>;
}

/**
 * Summarise a model, in the mode in which it is: in training dropout makes a tensor of its own, in evaluation none. A
 * module that is not a `Sequential` counts as one layer.
 * @param input shape of what it is given, the batch first
 * @throws ShapeError when a layer does not fit what comes before it
 * @throws LimitError when a tensor is larger than the device allows
 */
export function summarise(device: Device, model: Module, input: Shape): ModelSummary {
  const { result: layers } = device.plan(() =>
    tidy(device, () =>
      noGrad(() => {
        let x = new Tensor(device, input);
        return layersOf(model).map((layer) => {
          const y = layer.forward(x);
          const summary = summaryOf(layer, x, y);
          x = y;
          return summary;
        });
      }),
    ),
  );
  const total = (column: keyof ModelSummary['total']) =>
    layers.reduce((sum, layer) => sum + layer[column], 0);
  return {
    layers,
    total: {
      parameters: model.parameters().reduce((sum, { size }) => sum + size, 0),
      multiplyAdds: total('multiplyAdds'),
      activationBytes: total('activationBytes'),
    },
  };
}

const layersOf = (module: Module): Module[] =>
  module instanceof Sequential ? [...module.children().values()].flatMap(layersOf) : [module];

const summaryOf = (layer: Module, x: Tensor, y: Tensor): LayerSummary => ({
  path: layer.path,
  kind: layer.constructor.name,
  output: y.shape,
  parameters: layer.parameters().reduce((sum, { size }) => sum + size, 0),
  multiplyAdds: multiplyAdds(layer, x.shape, y.shape),
  activationBytes: y.memory === x.memory ? 0 : y.bytes,
});

/** Every weight counts once for each image and each position that shares it: of the output, or of what is transposed. */
function multiplyAdds(layer: Module, [, , ...pixels]: Shape, [images = 1, , ...positions]: Shape): number {
  if (layer instanceof Conv2d) return images * sizeOf(positions) * layer.weight.size;
  if (layer instanceof ConvTranspose2d) return images * sizeOf(pixels) * layer.weight.size;
  if (layer instanceof Linear || layer instanceof LocalConv2d) return images * layer.weight.size;
  return 0;
}
