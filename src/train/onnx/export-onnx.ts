/** A net as an ONNX file, which onnxruntime and many others run. */
import { noGrad } from '../../autograd/tape.js';
import { Preprocessing } from '../../data/index.js';
import { checkArgument, checkOptions, type Rules } from '../../errors/check-options.js';
import { DawngradError } from '../../errors/errors.js';
import { instance, list, required, text, whole } from '../../errors/rules.js';
import { shippedText } from '../../files/shipped.js';
import { replaceFile } from '../../files/write-file.js';
import { Embedding } from '../../nn/layers/embedding.js';
import { Sequential } from '../../nn/layers/sequential.js';
import { Module } from '../../nn/module.js';
import { zeros } from '../../tensor/create.js';
import type { Shape } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { tidy } from '../../tensor/tidy.js';
import { stateOnHost } from '../checkpoints/state-on-host.js';
import { Graph, type NamedValues } from './graph.js';
import { LAYERS } from './layers.js';
import { encodeOnnx, type OnnxModel } from './message.js';
import { writePreprocessing } from './preprocessing.js';

/** What an ONNX file says beside the net itself. */
export interface ExportOnnxOptions {
  /** The shape of one input without the axis of the batch: `[3, 32, 32]`. */
  input: Shape;
  /** What is done to pixels before the net gets them; with it the file takes bytes, without it what the net takes. */
  preprocessing?: Preprocessing;
  /** Names of the classes, kept in the file's metadata under `classes` as JSON. */
  classes?: readonly string[];
}

const OPTIONS: Rules<ExportOnnxOptions> = {
  input: required(list(whole(1))),
  preprocessing: instance(Preprocessing),
  classes: list(text),
};

/**
 * Write a net into an ONNX file, in evaluation mode, in place of what was there:
 *
 *     await exportOnnx('net.onnx', model, { input: [3, 32, 32] });
 *
 * It has the input `input`, float `[N, ...input]`, or int64 where the net begins with an `Embedding`, or, with a preprocessing,
 * `pixels`, bytes of that shape; and the output `output`. N is open. What can be written is a `Sequential` of this engine's layers, nested at will, and every model of ours.
 *
 * @throws DawngradError for any other layer, by its name; ShapeError when the net does not take this input; FileError when the
 *   disk refuses. Nothing is written then.
 */
export async function exportOnnx(path: string, model: Module, options: ExportOnnxOptions): Promise<void> {
  checkArgument('exportOnnx', 'path', path, text);
  checkArgument('exportOnnx', 'model', model, instance(Module));
  checkOptions('exportOnnx', options, OPTIONS);
  replaceFile(path, encodeOnnx(await onnxModel(model, options)));
}

/** What `exportOnnx` writes. */
export async function onnxModel(
  model: Module,
  { input, preprocessing, classes }: ExportOnnxOptions,
): Promise<OnnxModel> {
  // Words are numbered, and only what is given to the net can be such numbers.
  const numbered = !preprocessing && model.modules().some((module) => module instanceof Embedding);
  const graph = new Graph(await namedValues(model));
  const { device } = firstTensorOf(model);
  const given = preprocessing ? 'pixels' : 'input';
  const images = preprocessing ? writePreprocessing(graph, given, preprocessing, input) : given;
  const write = () => {
    const one = { name: images, tensor: zeros(device, [1, ...input], numbered ? 'u32' : 'f32') };
    const { name, tensor } = writeModule(model, one, graph);
    graph.output(name, 'output');
    return tensor.shape.slice(1);
  };
  const shape = model.evaluating(() => tidy(device, () => noGrad(write)));
  const { version } = JSON.parse(shippedText('package.json')) as { readonly version: string };
  return {
    name: model.constructor.name,
    version,
    nodes: graph.nodes,
    initializers: graph.initializers,
    input: { name: given, element: preprocessing ? 'u8' : numbered ? 'i64' : 'f32', shape: ['N', ...input] },
    output: { name: 'output', element: 'f32', shape: ['N', ...shape] },
    metadata: classes ? { classes: JSON.stringify(classes) } : {},
  };
}

/** A parameter or buffer of the net. */
function firstTensorOf(model: Module): Tensor {
  const [first] = model.stateDict().values();
  if (!first) throw new DawngradError('exporting to ONNX: the net has no parameters, so nothing was learned');
  return first;
}

/** The net's tensors, with what they are called in its state and their numbers. */
async function namedValues(model: Module): Promise<ReadonlyMap<Tensor, NamedValues>> {
  const state = await stateOnHost(model, 'exporting to ONNX');
  return new Map(
    [...model.stateDict()].map(([name, tensor]) => [
      tensor,
      { name, values: state.get(name)!.values as Float32Array },
    ]),
  );
}

/** What a module is given, or gives: its name in the graph, and one for its shape, which is not in the graph. */
interface Value {
  readonly name: string;
  readonly tensor: Tensor;
}

/** Write a module, and see by its own `forward` which shape comes out, and whether it takes such an input at all. */
function writeModule(module: Module, x: Value, graph: Graph): Value {
  graph.place = module.path;
  // A class that extends one of these and has a `forward` of its own computes something else.
  const isA = (kind: abstract new (...args: never[]) => Module) =>
    module instanceof kind && module.forward === kind.prototype.forward;
  if (isA(Sequential)) {
    return [...module.children().values()].reduce((y, child) => writeModule(child, y, graph), x);
  }
  const tensor = module.forward(x.tensor);
  const writer = LAYERS.find(({ kind }) => isA(kind));
  if (writer) return { name: writer.write(module, x.name, graph, x.tensor.shape), tensor };
  const names = ['Sequential', ...LAYERS.map(({ kind }) => kind.name)].sort().join(', ');
  throw new DawngradError(`exporting to ONNX: ${module} is none of ${names}`);
}
