import type { Command } from 'commander';
import { checkWritable } from '../../files/write-file.js';
import { exportWeights } from '../../train/checkpoints/export-weights.js';
import { chooseCheckpoint } from '../saved-model.js';

interface Flags {
  safetensors: string;
  best?: boolean;
}

export function defineExport(program: Command): void {
  program
    .command('export')
    .description("write the net of a run for other programs: its weights alone, under PyTorch's names")
    .argument('<run>', "the run's directory")
    .requiredOption('--safetensors <file>', 'as a safetensors file, which Python reads')
    .option('--best', 'the net as it was at its lowest error, not as it ended')
    .action(exportRun);
}

function exportRun(run: string, { safetensors, best = false }: Flags): void {
  checkWritable(safetensors);
  const { tensors, numbers } = exportWeights(safetensors, chooseCheckpoint(run, { best }));
  process.stdout.write(`written to ${safetensors}: ${tensors} tensors, ${numbers} numbers\n`);
}
