/** What to type where the set-up cannot, or may not, make a WebGPU adapter available by itself. */
import { aptSteps } from './apt.mjs';

const MESA = "install Mesa's software Vulkan driver, then run the command again:";
const CONTAINER = 'docker run --rm -it -v "$PWD":/dawngrad -w /dawngrad node:22-bookworm npm test';

const GPU_NOTE =
  "A GPU works through its own Vulkan driver: Mesa's for AMD and Intel, the vendor's for NVIDIA. " +
  '`vulkaninfo --summary` lists the drivers that are found.';
const WSL_NOTE =
  'WSL shows programs the GPU only through Direct3D, so Dawn uses the software driver here. ' +
  'To train on the GPU, run the same command in Windows itself, where Node uses it directly.';

/** @typedef {import('./system.mjs').System} System */
/** @typedef {{ intro: string, commands: string[], notes: string[] }} Advice */

/** @type {Record<string, (system: System) => Advice>} */
const BY_FAMILY = {
  debian: withApt,
  ubuntu: withApt,
  fedora: ({ isRoot }) => mesa(isRoot, 'dnf install mesa-vulkan-drivers vulkan-loader'),
  arch: ({ isRoot }) => mesa(isRoot, 'pacman -S --needed vulkan-swrast vulkan-icd-loader'),
  suse: ({ isRoot }) => mesa(isRoot, 'zypper install libvulkan_lvp libvulkan1'),
  alpine: () => ({
    intro: "Dawn's binary needs glibc, which Alpine does not have. Use a container that does:",
    commands: [CONTAINER],
    notes: [],
  }),
  macos: () => ({
    intro:
      'Dawn uses Metal, which is part of macOS: there is no driver to install. Check that Metal is there, ' +
      "and that macOS does not hold Dawn's binary in quarantine:",
    commands: [
      'system_profiler SPDisplaysDataType | grep -i metal',
      'xattr -d com.apple.quarantine node_modules/webgpu/dist/darwin-universal/dawn.node',
    ],
    notes: ['A virtual machine needs a paravirtualised GPU, as those of the Virtualization framework have.'],
  }),
  windows: () => ({
    intro:
      'Dawn uses Direct3D 12, which is part of Windows 10 and 11. Update the driver of the GPU, install ' +
      'the C++ runtime, and look for Direct3D errors in dxdiag:',
    commands: ['winget install Microsoft.VCRedist.2015+.x64', 'dxdiag'],
    notes: [],
  }),
  linux: () => ({
    intro:
      "install the Vulkan loader (libvulkan.so.1) and Mesa's lavapipe (libvulkan_lvp.so, Mesa 23 or newer) " +
      "from this system's packages. This lists the drivers that are found:",
    commands: ['vulkaninfo --summary'],
    notes: [`Or use a container that brings them: ${CONTAINER}`],
  }),
};

/**
 * @param {System} system
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string} a sentence, the commands to type, and notes; several lines
 */
export function advice(system, env = process.env) {
  const override = driverOverride(env);
  const { intro, commands, notes } = override ? withoutOverride(override) : BY_FAMILY[system.family](system);
  return [
    `${system.name}: ${intro}`,
    '',
    ...commands.map((command) => `    ${command}`),
    '',
    ...notes,
    ...(system.isWsl ? [WSL_NOTE] : []),
  ]
    .join('\n')
    .trimEnd();
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {string | undefined} the variable that hides the installed drivers from the loader, if one is set
 */
export function driverOverride(env) {
  return ['VK_DRIVER_FILES', 'VK_ICD_FILENAMES'].find((name) => env[name]);
}

/**
 * @param {string} variable
 * @returns {Advice}
 */
function withoutOverride(variable) {
  return {
    intro: `${variable} is set, and the driver that it names gives none. To use the installed drivers:`,
    commands: [`unset ${variable}`],
    notes: [],
  };
}

/**
 * @param {boolean} isRoot
 * @param {string[]} commands
 * @returns {Advice}
 */
function mesa(isRoot, ...commands) {
  return {
    intro: MESA,
    commands: commands.map((command) => (isRoot ? command : `sudo ${command}`)),
    notes: [GPU_NOTE],
  };
}

/**
 * @param {System} system
 * @returns {Advice}
 */
function withApt(system) {
  const steps = aptSteps(system);
  if (!steps) {
    const intro = 'the Mesa of this release is too old for WebGPU. Upgrade the system, or use a container:';
    return { intro, commands: [CONTAINER], notes: [GPU_NOTE] };
  }
  const { source, commands } = steps;
  const lines = source ? [`tee ${source.path} <<'END'\n${source.text}END`] : [];
  return mesa(system.isRoot, ...lines, ...commands.map((command) => command.join(' ')));
}
