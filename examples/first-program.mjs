import * as dg from 'dawngrad';

const device = await dg.Device.create({ seed: 1 });
const { train, test } = dg.glyphs({ train: 4000, test: 500 });
const batching = { batch: 50, normalisation: dg.normalisationOf(train) };
const batches = new dg.BatchLoader(device, train, { ...batching, shuffleSeed: 1 });

const he = dg.init.he();
const head = [he, he, dg.init.normal(0.01)];
const model = new dg.Sequential(
  new dg.MlpConv(device, 3, [16, 16, 16], { kernelSize: 5, stride: 2, padding: 2, init: he }),
  new dg.MaxPool2d({ kernelSize: 3, stride: 2, ceilMode: true }),
  new dg.MlpConv(device, 16, [32, 32, 10], { kernelSize: 5, padding: 2, init: head, linearLast: true }),
  new dg.GlobalAvgPool2d(),
);
const optimizer = new dg.Adam(model.parameters(), { lr: 0.005 });
for (let step = 0; step < 3 * batches.steps; step++) {
  const loss = dg.tidy(device, () => {
    const { images, labels } = batches.batch(Math.floor(step / batches.steps), step % batches.steps);
    const { loss } = dg.crossEntropy(model.forward(images), labels);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return loss.item(); // a promise: everything else that was made here is freed at once
  });
  if (step % 20 === 0) console.log(`step ${step}: loss ${(await loss).toFixed(3)}`);
}
let score = dg.NO_SCORE;
const tests = new dg.BatchLoader(device, test, batching);
for await (const part of dg.evaluate(device, model, tests)) score = dg.addScores(score, part);
console.log(dg.formatTestError(score));
