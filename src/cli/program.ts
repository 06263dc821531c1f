import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { defineDoctor } from './doctor.js';
import { defineDownload } from './download.js';
import { defineEval } from './eval.js';
import { defineModels } from './models.js';
import { definePlan } from './plan.js';
import { definePredict } from './predict.js';
import { defineRecipes } from './recipes.js';
import { defineReproduce } from './reproduce.js';
import { defineSummary } from './summary.js';
import { defineSweep } from './sweep.js';
import { defineTrain } from './train.js';
import { defineTune } from './tune.js';

const COMMANDS = [
  defineTrain,
  defineEval,
  definePredict,
  defineDownload,
  defineModels,
  defineRecipes,
  defineReproduce,
  defineSweep,
  defineSummary,
  definePlan,
  defineTune,
  defineDoctor,
];

/** The command line: every command, with failures thrown rather than printed. */
export function program(): Command {
  const { version, description } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  ) as { version: string; description: string };
  const root = new Command('dawngrad')
    .description(description)
    .version(version)
    .exitOverride()
    .configureOutput({ outputError: () => {} });
  for (const define of COMMANDS) define(root);
  return root;
}
