// As from a program that is no module.
const dg = require('dawngrad');

async function main() {
  const device = await dg.Device.create();
  console.log(`sum ${await dg.from(device, [1, 2, 7]).sum().item()}`);
  device.destroy();
}

main();
