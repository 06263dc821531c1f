import type { Command } from 'commander';
import { checkWritable } from '../../files/write-file.js';
import { exportWeights } from '../../train/checkpoints/export-weights.js';
import { RunError } from '../../train/run/run-error.js';
import {
  chooseCheckpoint,
  type SavedModelFlags,
  withSavedModel,
  withSavedModelFlags,
} from '../saved-model.js';

interface Flags extends SavedModelFlags {
  safetensors?: string;
  onnx?: string;
}

export function defineExport(program: Command): void {
  const command = program
    .command('export')
    .description('write the net of a run for other programs')
    .argument('<run>', "the run's directory")
    .option('--onnx <file>', 'as an ONNX file: the net with its preprocessing, from pixels to logits')
    .option('--safetensors <file>', "as a safetensors file: its weights alone, under PyTorch's names");
  withSavedModelFlags(command).action(exportRun);
}

async function exportRun(run: string, flags: Flags): Promise<void> {
  const { safetensors, onnx } = flags;
  if (safetensors === undefined && onnx === undefined) {
    throw new RunError('export: say what to write: --onnx FILE, --safetensors FILE, or both');
  }
  for (const path of [safetensors, onnx]) if (path !== undefined) checkWritable(path);
  const checkpoint = chooseCheckpoint(run, flags);
  if (onnx !== undefined) {
    await withSavedModel(checkpoint, flags, (model) => model.exportOnnx(onnx));
    process.stdout.write(`written to ${onnx}: it takes bytes of pixels\n`);
  }
  if (safetensors !== undefined) {
    const { tensors, numbers } = exportWeights(safetensors, checkpoint);
    process.stdout.write(`written to ${safetensors}: ${tensors} tensors, ${numbers} numbers\n`);
  }
}
