/** What a net's preprocessing does to pixels, as operations of ONNX. */
import type { Preprocessing, StepSpec } from '../../data/index.js';
import { gaussian } from '../../kernels/images/local-contrast.js';
import type { Shape } from '../../tensor/shape.js';
import type { Graph } from './graph.js';

type Learned = (name: string) => { readonly shape: Shape; readonly values: Float32Array };
type WriteStep<Spec> = (x: string, graph: Graph, spec: Spec, learned: Learned, image: Shape) => string;

/** The axes of each image. */
const IMAGE = [1, 2, 3];

const STEPS: { readonly [Name in StepSpec['name']]: WriteStep<Extract<StepSpec, { name: Name }>> } = {
  scale: (x) => x,
  standardise(x, graph, _, learned) {
    const perChannel = (name: string) => {
      const { values } = learned(name);
      return graph.constant(values, [values.length, 1, 1]);
    };
    return graph.node('Div', [graph.node('Sub', [x, perChannel('mean')]), perChannel('std')]);
  },
  gcn(x, graph, { scale }) {
    const centred = graph.node('Sub', [x, graph.node('ReduceMean', [x], { axes: IMAGE })]);
    const norm = graph.node('ReduceL2', [centred], { axes: IMAGE });
    // An image of one colour is 0 whatever it is divided by, but for 0.
    const divisor = graph.node('Max', [norm, graph.scalar(SMALLEST)]);
    return graph.node('Mul', [graph.node('Div', [centred, divisor]), graph.scalar(scale)]);
  },
  zca(x, graph, _, learned, image) {
    const [mean, matrix] = [learned('mean'), learned('matrix')];
    const rows = graph.node('Reshape', [x, graph.integers([-1, ...mean.shape])]);
    const centred = graph.node('Sub', [rows, graph.constant(mean.values)]);
    const whitened = graph.node('MatMul', [centred, graph.constant(matrix.values, matrix.shape)]);
    return graph.node('Reshape', [whitened, graph.integers([-1, ...image])]);
  },
  lcn(x, graph, window, _, image) {
    // Each channel is an image of its own; a Gaussian window is one along rows after one along columns.
    const planes = graph.node('Reshape', [x, graph.integers([-1, 1, ...image.slice(1)])]);
    const [weights, length, reach] = [gaussian(window), window.size, (window.size - 1) / 2];
    const across = graph.constant(weights, [1, 1, 1, length]);
    const down = graph.constant(weights, [1, 1, length, 1]);
    const local = (y: string) =>
      graph.node('Conv', [graph.node('Conv', [y, across], { pads: [0, reach, 0, reach] }), down], {
        pads: [reach, 0, reach, 0],
      });
    const centred = graph.node('Sub', [planes, local(planes)]);
    const rms = graph.node('Sqrt', [local(graph.node('Mul', [centred, centred]))]);
    const mean = graph.node('ReduceMean', [rms], { axes: [2, 3] });
    const divisor = graph.node('Max', [rms, mean, graph.scalar(LEAST_CONTRAST)]);
    return graph.node('Reshape', [graph.node('Div', [centred, divisor]), graph.integers([-1, ...image])]);
  },
};

/** Norms below this are rounding. */
const SMALLEST = 1e-30;
/** The least that local contrasts are divided by, as in local_contrast.wgsl. */
const LEAST_CONTRAST = 1e-4;

/**
 * @param pixels the name of bytes `[N, C, H, W]`
 * @param image channels, rows and columns
 * @returns the name of what the net takes
 */
export function writePreprocessing(
  graph: Graph,
  pixels: string,
  preprocessing: Preprocessing,
  image: Shape,
): string {
  graph.place = 'preprocessing';
  const state = preprocessing.state();
  const numbers = graph.node('Div', [graph.node('Cast', [pixels], { to: FLOAT }), graph.scalar(255)]);
  return preprocessing.spec.reduce((x, step, index) => {
    const write = STEPS[step.name] as WriteStep<StepSpec>;
    return write(x, graph, step, (name) => state.get(`${index}.${step.name}.${name}`)!, image);
  }, numbers);
}

/** What ONNX calls 32-bit floats. */
const FLOAT = 1;
