// What a user's program is made of: a tensor, a recipe, and a step of training.
import * as dg from 'dawngrad';

async function main() {
  const device = await dg.Device.create({ seed: 1 });
  const layer = new dg.Linear(device, 2, 3);
  const optimizer = new dg.SGD(layer.parameters(), { lr: 0.1 });
  const { loss } = dg.crossEntropy(layer.forward(dg.from(device, [[1, 2]])), dg.from(device, [2], 'u32'));
  const before = loss.item();
  loss.backward();
  optimizer.step();
  const sum = await dg
    .from(device, [
      [1, 2],
      [3, 4],
    ])
    .sum()
    .item();
  console.log(`sum ${sum}, recipes ${dg.recipeNames().length}, trains ${(await before) > 0}`);
  console.log(dg.readRecipe('nin-mnist').description);
  device.destroy();
}

main();
