import type { Command } from 'commander';
import { models } from '../../nn/models/index.js';

export function defineModels(program: Command): void {
  program
    .command('models')
    .description('list the models that can be trained')
    .action(() => {
      const longest = Math.max(...[...models.keys()].map((name) => name.length));
      for (const [name, { description, input, classes }] of models) {
        const takes = `${input.join('x')} in ${classes} classes`;
        process.stdout.write(`${name.padEnd(longest)}  ${takes.padEnd(22)}  ${description}\n`);
      }
    });
}
