import { type Command, InvalidArgumentError } from 'commander';
import { findShader, listShaders } from '../../../gpu/shaders/find-shader.js';
import { type Constants, readShader, specialise } from '../../../gpu/shaders/shader.js';

export function defineShader(program: Command): void {
  program
    .command('shader')
    .description('print a shader as the GPU gets it, with all that it imports; without a name list them')
    .argument('[name]', 'its file in shaders/, as in matmul_register')
    .option(
      '--set <constant=value>',
      'another value for a constant of it, or f16 for a type that it stores; may be given several times',
      addConstant,
    )
    .action(shader);
}

/** What is no number. */
const WORDS: Constants = { true: true, false: false, f32: 'f32', f16: 'f16' };

/** Add what one `--set` says to those before it. */
function addConstant(text: string, before: Constants = {}): Constants {
  const [, name, value] = /^(\w+)=(true|false|[-+.\w]+)$/.exec(text) ?? [];
  if (!name || !value) throw new InvalidArgumentError('It must be CONSTANT=VALUE, as in HALF=true.');
  const word = WORDS[value];
  if (word === undefined && Number.isNaN(Number(value))) {
    throw new InvalidArgumentError('The value must be a number, true or false; or f16, for a type.');
  }
  return { ...before, [name]: word ?? Number(value) };
}

function shader(name: string | undefined, { set = {} }: { set?: Constants }): void {
  if (name !== undefined) {
    process.stdout.write(specialise(readShader(findShader(name)), set));
    return;
  }
  const shaders = listShaders();
  const longest = Math.max(...shaders.map(({ name }) => name.length));
  for (const { name, title } of shaders) process.stdout.write(`${name.padEnd(longest)}  ${title}\n`);
}
