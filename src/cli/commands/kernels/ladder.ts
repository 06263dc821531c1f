import { Argument, type Command } from 'commander';
import { writeJson } from '../../../files/json.js';
import { checkWritable, replaceFile } from '../../../files/write-file.js';
import { climb } from '../../../inspect/ladder/climb.js';
import { ladderPage } from '../../../inspect/ladder/ladder-page.js';
import { LADDER_NAMES, LADDERS, type LadderName } from '../../../inspect/ladder/ladders.js';
import { withDevice } from '../../device.js';
import { adapterOptions, type DeviceFlags, timingSeconds, withDeviceFlags } from '../../options.js';
import { describeClimb } from '../../output/ladder-text.js';

interface Flags extends DeviceFlags {
  time: number;
  html?: string;
  json?: string;
}

export function defineLadder(program: Command): void {
  const command = program
    .command('ladder')
    .description('time the ways to compute something, naive to best, each with the one idea that it adds')
    .addArgument(new Argument('<ladder>', 'which').choices(LADDER_NAMES))
    .option(
      '--time <seconds>',
      'to spend on timing each step; sixty samples of it are enough in any case',
      timingSeconds,
      0.5,
    )
    .option('--html <file>', 'write a page too, with bars and the shaders')
    .option('--json <file>', 'write all of it to a file too');
  withDeviceFlags(command).action(ladder);
}

async function ladder(name: LadderName, flags: Flags): Promise<void> {
  checkWritable(flags.html, flags.json);
  await withDevice(adapterOptions(flags), async (device) => {
    const climbed = await climb(device, LADDERS[name](device), { seconds: flags.time });
    process.stdout.write(describeClimb(climbed));
    if (flags.html !== undefined) replaceFile(flags.html, ladderPage(climbed));
    if (flags.json !== undefined) writeJson(flags.json, climbed);
  });
}
