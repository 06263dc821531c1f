import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { program } from '../../src/cli/program.js';
import { inProcess } from './in-process.js';

/** Each command with the words that lead to it: `results keep`. */
const commandsOf = (command: Command, words: readonly string[] = []): [string[], Command][] =>
  command.commands.flatMap((one) => {
    const to = [...words, one.name()];
    return [[to, one] as [string[], Command], ...commandsOf(one, to)];
  });

// A variable of a script that was not set becomes an empty word.
describe('an empty word is refused in one line that names what it was given for', () => {
  it.each(commandsOf(program()).map(([words, command]) => [words.join(' '), words, command] as const))(
    'by %s',
    async (_, words, { options, registeredArguments }) => {
      const valued = options.filter(({ required, optional }) => required || optional);
      const needed = valued.flatMap(({ mandatory, long }) => (mandatory ? [long!, 'x'] : []));
      for (const { flags } of valued) {
        const [flag] = flags.match(/--[\w-]+/)!;
        const { status, stderr } = await inProcess([...words, flag, ''], '.');
        expect(stderr).toMatch(/^dawngrad: option '.+' argument '' is invalid\. .+\n$/);
        expect(stderr.split('\n')).toHaveLength(2);
        expect(stderr).toContain(`'${flags}'`);
        expect(status).toBe(2);
      }
      for (const [place, { description }] of registeredArguments.entries()) {
        const given = registeredArguments.map((_, index) => (index === place ? '' : 'x'));
        const { status, stderr } = await inProcess([...words, ...given, ...needed], '.');
        expect(stderr, description).toMatch(
          /^dawngrad: command-argument value '' is invalid for argument '.+'\. .+\n$/,
        );
        expect(status).toBe(2);
      }
    },
  );

  it('and says what it must be, where that is a number or one of some words', async () => {
    const said = async (...args: string[]) => (await inProcess(args, '.')).stderr;
    expect(await said('train', '--freeze', '')).toContain(
      "'--freeze <names>' argument '' is invalid. It must not be empty.",
    );
    expect(await said('train', '--epochs', '')).toContain('It must be a whole number of at least 1.');
    expect(await said('train', '--optimizer', '')).toContain(
      'Allowed choices are sgd, adam, adamw, rmsprop.',
    );
  });
});
