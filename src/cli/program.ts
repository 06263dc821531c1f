import { Command, InvalidArgumentError } from 'commander';
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
import { append } from './options.js';

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
  refuseEmpty(root);
  return root;
}

/** See to it that nothing is asked for by an empty word, in all commands: whatever it names, a variable in a script was not set. */
function refuseEmpty(command: Command): void {
  const valued = command.options.filter(({ required, optional }) => required || optional);
  for (const declared of [...valued, ...command.registeredArguments]) {
    const { variadic } = declared;
    const parse =
      declared.parseArg ?? ((text, before) => (variadic ? append(text, before as string[]) : text));
    declared.argParser((text: string, before: unknown) => {
      const value = parse.call(declared, text, before as never);
      if (text === '') throw new InvalidArgumentError('It must not be empty.');
      return value;
    });
  }
  command.commands.forEach(refuseEmpty);
}
