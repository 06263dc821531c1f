/**
 * jax-js, on the device that is given as argument: `webgpu` (over Dawn) or `wasm`. Every work is one jitted function, as its
 * manual recommends. Its layout is NCHW, like PyTorch's. (A function owns its arguments there: `.ref` keeps one for later.)
 */
import { readFileSync } from 'node:fs';
import { adapterName, installWebGPU } from './dawn.mjs';

export async function open(deviceName) {
  const gpu = installWebGPU();
  const jax = await import('@jax-js/jax');
  const { lax, nn, numpy: np, tree } = jax;
  await jax.init(deviceName);
  jax.defaultDevice(deviceName);

  const array = ({ values, shape }) => np.array(values).reshape(shape);
  const pairs = (padding) => [
    [padding, padding],
    [padding, padding],
  ];
  const convolve = (x, weight, padding) => lax.conv(x, weight, [1, 1], pairs(padding));

  /** The last windows hang over the border (ceil mode); zeros are neutral there, since a ReLU comes before. */
  const maxPool = (x) => {
    const padded = np.pad(x, [
      [0, 0],
      [0, 0],
      [0, 1],
      [0, 1],
    ]);
    return lax.reduceWindow(padded, np.max, [3, 3], [2, 2]);
  };

  /** The network's loss; `weights` is an object of its parameters by name, which it takes, like the other arguments. */
  const lossOf = (net) => (weights, images, labels) => {
    let x = images;
    net.blocks.forEach((block, index) => {
      if (index > 0) x = maxPool(x);
      for (const { name, padding, relu, outputs } of block) {
        const bias = weights[`${name}.bias`].reshape([1, outputs, 1, 1]);
        x = convolve(x, weights[`${name}.weight`], padding).add(bias);
        if (relu) x = nn.relu(x);
      }
    });
    const logits = np.mean(x, [2, 3]);
    return np.mean(np.sum(nn.logSoftmax(logits, -1).mul(labels), -1)).mul(-1);
  };

  function model({ net }, arrays) {
    const parameters = [...arrays].filter(([name]) => name.startsWith('block'));
    const weights = Object.fromEntries(parameters.map(([name, values]) => [name, array(values)]));
    const classes = Float32Array.from(arrays.get('labels').values);
    const hot = Float32Array.from({ length: 10 * classes.length }, (_, index) =>
      classes[Math.floor(index / 10)] === index % 10 ? 1 : 0,
    );
    const labels = array({ values: hot, shape: [classes.length, 10] });
    return { weights, images: array(arrays.get('images')), labels, loss: lossOf(net) };
  }

  /** `compute` takes the case's arrays, whose names are `names` in its order. */
  function kernelWork(arrays, names, compute) {
    const inputs = names.map((name) => array(arrays.get(name)));
    const jitted = jax.jit(compute);
    let runs = [];
    return {
      start() {
        runs.push(jitted(...inputs.map((input) => input.ref)));
      },
      // Work is lazy: a result that nobody waits for is not computed. So all of them are kept until here.
      async finish() {
        await jax.blockUntilReady(runs);
        for (const earlier of runs.slice(0, -1)) earlier.dispose();
        runs = runs.slice(-1);
      },
      result: () => runs[0].ref.data(),
      release() {
        tree.dispose([runs, inputs]);
        jitted.dispose();
      },
    };
  }

  return {
    version: JSON.parse(readFileSync(new URL('../node_modules/@jax-js/jax/package.json', import.meta.url)))
      .version,
    adapter: deviceName === 'webgpu' ? await adapterName(gpu) : deviceName,
    works: {
      train({ net, ...rest }, arrays) {
        let { weights, images, labels, loss } = model({ net, ...rest }, arrays);
        let velocities = tree.map((weight) => np.zeros(weight.shape), weights);
        let value;
        const step = jax.jit((weights, velocities, images, labels) => {
          const [value, gradients] = jax.valueAndGrad(loss)(tree.ref(weights), images, labels);
          const faster = tree.map((v, g) => v.mul(net.momentum).add(g), velocities, gradients);
          const moved = tree.map((w, v) => w.sub(v.mul(net.lr)), weights, tree.ref(faster));
          return [value, moved, faster];
        });
        return {
          start() {
            value?.dispose();
            [value, weights, velocities] = step(weights, velocities, images.ref, labels.ref);
          },
          async finish() {
            await jax.blockUntilReady([weights, velocities]);
            return (await value.ref.data())[0];
          },
          release() {
            tree.dispose([value, weights, velocities, images, labels]);
            step.dispose();
          },
        };
      },
      forward(wanted, arrays) {
        const { weights, images, labels, loss } = model(wanted, arrays);
        const jitted = jax.jit(loss);
        let value;
        return {
          start() {
            value?.dispose();
            value = jitted(tree.ref(weights), images.ref, labels.ref);
          },
          finish: async () => (await value.ref.data())[0],
          release() {
            tree.dispose([value, weights, images, labels]);
            jitted.dispose();
          },
        };
      },
      convForward: ({ conv }, arrays) =>
        kernelWork(arrays, ['x', 'weight'], (x, weight) => convolve(x, weight, conv.padding)),
      // A convolution is linear in each operand: its gradient does not depend on where it is taken, and the forward
      // pass at zero, unused, is dropped by the compiler.
      convInputGradient({ conv, batch }, arrays) {
        const zero = () => np.zeros([batch, conv.inputs, conv.size, conv.size]);
        return kernelWork(arrays, ['dy', 'weight'], (dy, weight) => {
          const [y, back] = jax.vjp((x) => convolve(x, weight, conv.padding), [zero()]);
          y.dispose();
          const [dx] = back(dy);
          back.dispose();
          return dx;
        });
      },
      convWeightGradient({ conv }, arrays) {
        const zero = () => np.zeros([conv.outputs, conv.inputs, conv.kernelSize, conv.kernelSize]);
        return kernelWork(arrays, ['dy', 'x'], (dy, x) => {
          const [y, back] = jax.vjp((weight) => convolve(x, weight, conv.padding), [zero()]);
          y.dispose();
          const [dw] = back(dy);
          back.dispose();
          return dw;
        });
      },
      matmul: (_, arrays) => kernelWork(arrays, ['a', 'b'], (a, b) => np.matmul(a, b)),
    },
  };
}
