import { Command } from 'commander';
import { shippedText } from '../files/shipped.js';
import { defineDoctor } from './commands/doctor.js';
import { defineDownload } from './commands/download.js';
import { defineEval } from './commands/eval.js';
import { defineExplain } from './commands/explain.js';
import { defineExport } from './commands/export.js';
import { defineLab } from './commands/kernels/lab.js';
import { defineLadder } from './commands/kernels/ladder.js';
import { defineShader } from './commands/kernels/shader.js';
import { defineTune } from './commands/kernels/tune.js';
import { defineModels } from './commands/models.js';
import { definePlan } from './commands/plan.js';
import { definePredict } from './commands/predict.js';
import { defineRecipes } from './commands/recipes.js';
import { defineReport } from './commands/report.js';
import { defineReproduce } from './commands/reproduce.js';
import { defineResults } from './commands/results.js';
import { defineSummary } from './commands/summary.js';
import { defineSweep } from './commands/sweep.js';
import { defineTrace } from './commands/trace.js';
import { defineTrain } from './commands/train.js';
import { defineWatch } from './commands/watch.js';

const COMMANDS = [
  defineTrain,
  defineEval,
  definePredict,
  defineExport,
  defineReport,
  defineWatch,
  defineDownload,
  defineModels,
  defineRecipes,
  defineReproduce,
  defineResults,
  defineSweep,
  defineSummary,
  definePlan,
  defineExplain,
  defineLadder,
  defineTrace,
  defineShader,
  defineTune,
  defineLab,
  defineDoctor,
];

/** The command line: every command, with failures thrown rather than printed. */
export function program(): Command {
  const { version, description } = JSON.parse(shippedText('package.json')) as {
    version: string;
    description: string;
  };
  const root = new Command('dawngrad')
    .description(description)
    .version(version)
    .exitOverride()
    .configureOutput({ outputError: () => {} });
  for (const define of COMMANDS) define(root);
  return root;
}
