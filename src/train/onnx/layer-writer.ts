import type { Module } from '../../nn/module.js';
import type { Shape } from '../../tensor/shape.js';
import type { Graph } from './graph.js';

/** How layers of a class are written. */
export interface LayerWriter<Layer extends Module = Module> {
  readonly kind: abstract new (...args: never[]) => Layer;
  /**
   * @param x the name of what the layer is given
   * @param given the shape of that, for a batch of one
   * @returns the name of what it gives
   */
  readonly write: (layer: Layer, x: string, graph: Graph, given: Shape) => string;
}

/** An entry of a table of such; only layers of its kind are given to it, which TypeScript cannot see. */
export const writes = <Layer extends Module>(
  kind: LayerWriter<Layer>['kind'],
  write: LayerWriter<Layer>['write'],
): LayerWriter => ({ kind, write }) as unknown as LayerWriter;
