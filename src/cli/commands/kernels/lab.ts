import type { Command } from 'commander';
import { DawngradError } from '../../../errors/errors.js';
import { checkWritable, createFile, replaceFile } from '../../../files/write-file.js';
import type { Beside } from '../../../inspect/lab/beside.js';
import type { CheckedCase } from '../../../inspect/lab/check-rung.js';
import { openLab, openWorkbench } from '../../../inspect/lab/open-lab.js';
import { FAMILY_NAMES, startingPoint } from '../../../inspect/lab/starting-point.js';
import { nameOfModel } from '../../../train/nets/net-file.js';
import { chooseWithoutData } from '../../../train/recipes/choose-config.js';
import { type ConfigFlags, configOptionsFrom, withNetOptions } from '../../config-flags.js';
import { withDevice } from '../../device.js';
import { Exit } from '../../failure.js';
import {
  choice,
  type DeviceFlags,
  deviceOptions,
  timingSeconds,
  wholeNumber,
  withDeviceFlags,
} from '../../options.js';
import { besideHead, describeBeside, describeChecks, describeStep } from '../../output/lab-text.js';

interface Flags extends DeviceFlags, ConfigFlags {
  family?: string;
  new?: string;
  model?: string;
  time?: number;
  json?: string;
}

export function defineLab(program: Command): void {
  const command = program
    .command('lab')
    .description('check a shader of yours against its specification, and time it beside ours')
    .argument('[shader]', 'a WGSL file, anywhere; it may import what the shaders of its family do')
    .addOption(choice('--family <name>', 'what it is to compute', FAMILY_NAMES))
    .addOption(choice('--new <family>', 'write a shader to start from, and do nothing else', FAMILY_NAMES))
    .option('--model <name>', 'time it too, on what a training step of this model launches')
    .option('--batch <n>', 'images a step', wholeNumber(1))
    .option(
      '--time <s>',
      'seconds to time each of the two, on each launch, sixty samples at the most (default: 0.3)',
      timingSeconds,
    )
    .option('--json <file>', 'write what was found to a file too');
  withDeviceFlags(withNetOptions(command)).action(lab);
}

async function lab(path: string | undefined, flags: Flags): Promise<void> {
  const print = (text: string) => process.stdout.write(`${text}\n`);
  if (flags.new !== undefined) {
    const file = path ?? `my_${flags.new}.wgsl`;
    if (!createFile(file, startingPoint(flags.new))) {
      throw new DawngradError(
        `lab: ${file} is there already; give another name, as in \`dawngrad lab other.wgsl --new ${flags.new}\``,
      );
    }
    print(`written to ${file}; check it with \`dawngrad lab ${file} --family ${flags.new}\``);
    return;
  }
  const { family, model, recipe, json, time } = flags;
  if (path === undefined || family === undefined) {
    throw new DawngradError(
      `lab: say which file and what it computes, as in \`dawngrad lab my_relu.wgsl --family relu\`; ` +
        `families are ${FAMILY_NAMES.join(', ')}, and \`dawngrad lab --new relu\` writes a file to start from`,
    );
  }
  checkWritable(json);
  const config = chooseWithoutData(configOptionsFrom(model, flags));
  await withDevice(deviceOptions(flags, config), async (device) => {
    const opened = openLab(device, path, family);
    const checked: CheckedCase[] = [];
    for await (const one of opened.check()) checked.push(one);
    print(`${path}, ${opened.what}, on ${device.adapter.name}`);
    print(describeChecks(checked));
    const beside: Beside[] = [];
    const wrong = checked.some(({ state }) => state === 'wrong');
    if (!wrong && (model ?? recipe) !== undefined) {
      const bench = await openWorkbench(device, time);
      print(
        `\nbeside what ${nameOfModel(config.model)} takes for a training step of ${config.batch} images:\n${besideHead()}`,
      );
      for await (const one of opened.beside(config, bench)) {
        beside.push(one);
        print(describeBeside(one));
      }
      print(describeStep(beside));
    }
    if (json !== undefined)
      replaceFile(json, `${JSON.stringify({ what: opened.what, checked, beside }, null, 2)}\n`);
    if ([...checked, ...beside].some((one) => 'state' in one && one.state === 'wrong')) throw new Exit(1);
  });
}
