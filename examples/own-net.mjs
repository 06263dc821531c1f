// A net of one's own: node dist/cli/main.js train examples/own-net.mjs --dataset glyphs
import * as dg from 'dawngrad';

export default (device, { input, classes }) => {
  const layer = (inputs, outputs, options) =>
    new dg.Conv2d(device, inputs, outputs, { kernelSize: 3, padding: 1, init: dg.init.he(), ...options });
  return new dg.Sequential({
    conv1: layer(input.channels, 16, { stride: 2, activation: 'relu' }),
    bn1: new dg.BatchNorm2d(device, 16),
    conv2: layer(16, 32, { stride: 2, activation: 'relu' }),
    conv3: layer(32, classes),
    pool: new dg.GlobalAvgPool2d(),
  });
};
