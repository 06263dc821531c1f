import { expect, it } from 'vitest';
import { program } from '../../src/cli/program.js';

it('every command that takes images of one’s own can leave those aside that cannot be read', () => {
  const options = program().commands.map((command) => ({
    command: command.name(),
    flags: command.options.map(({ long }) => long),
  }));
  // The paper's tables are made of the paper's data sets.
  const taking = options.filter(({ command, flags }) => flags.includes('--data') && command !== 'reproduce');
  expect(taking.map(({ command }) => command)).toEqual(['train', 'eval', 'report', 'watch', 'sweep']);
  for (const { command, flags } of taking) {
    expect(flags, command).toEqual(expect.arrayContaining(['--dataset', '--skip-unreadable']));
  }
});
