/** Is a command that a page tells a reader to type one that there is? It is looked up, not run. */
import { existsSync, readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { ROOT } from '../../docs/.vitepress/source-lines.js';
import { program } from '../../src/cli/program.js';

const scripts: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(`${ROOT}package.json`, 'utf8'),
).scripts;

const cli = program();

/** What is wrong with a command, or nothing. */
export function whatIsWrong([name = '', ...words]: readonly string[]): string | undefined {
  if (name === 'npm') return npm(words);
  if (name === 'dawngrad') return dawngrad(words);
  if (name === 'npx') return words[0] === 'dawngrad' ? dawngrad(words.slice(1)) : vitest(words);
  if (name === 'node') return node(words);
  return `nothing is known of ${name}`;
}

function npm([verb = '', ...words]: readonly string[]): string | undefined {
  const script = verb === 'run' ? words[0] : verb === 'test' ? verb : undefined;
  if (verb === 'ci' || verb === 'link') return undefined;
  if (script === undefined || scripts[script] === undefined)
    return `package.json has no script ${script ?? verb}`;
  const [, ...given] = words.join(' ').split(/(?:^| )-- /);
  return given.length === 0
    ? undefined
    : node([...scripts[script].split(' ').slice(1), ...given.join(' ').split(' ')]);
}

/** A script of ours knows the options whose names stand in it, or in a file beside it. */
function node([file = '', ...words]: readonly string[]): string | undefined {
  if (!existsSync(ROOT + file)) return file === 'dist/cli/main.js' ? dawngrad(words) : `there is no ${file}`;
  if (file === 'dist/cli/main.js') return dawngrad(words);
  const beside = `${ROOT}${file.replace(/[^/]+$/, 'options.mjs')}`;
  const text = [ROOT + file, beside]
    .filter((path) => existsSync(path))
    .map((path) => readFileSync(path, 'utf8'));
  const missing = optionsIn(words).find((option) => !text.join('').includes(option.replace(/^--/, '')));
  return missing && `${file} knows no ${missing}`;
}

const vitest = ([name, verb, ...words]: readonly string[]): string | undefined => {
  if (name !== 'vitest' || verb !== 'run') return `nothing is known of npx ${name} ${verb}`;
  const missing = words.find((path) => !path.startsWith('-') && !existsSync(ROOT + path));
  return missing && `there is no ${missing}`;
};

const optionsIn = (words: readonly string[]): string[] =>
  words.filter((word) => word.startsWith('--')).map((word) => word.replace(/=.*/, ''));

function dawngrad([name = '', ...words]: readonly string[]): string | undefined {
  const command = cli.commands.find((one) => one.name() === name);
  if (!command) return `dawngrad has no command ${name}`;
  const known = optionsOf(command);
  const missing = optionsIn(words).find((option) => !known.includes(option));
  return missing && `dawngrad ${name} has no option ${missing}`;
}

const optionsOf = ({ options, commands }: Command): string[] => [
  ...options.flatMap(({ long }) => long ?? []),
  ...commands.flatMap(optionsOf),
];
