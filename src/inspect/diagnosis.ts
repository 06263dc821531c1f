/** Can this machine run the engine, with what, and if not, what is to be done? `dawngrad doctor` prints it. */
import { listAdapters } from '../gpu/adapter.js';
import { Device } from '../gpu/device.js';
import type { DeviceOptions } from '../gpu/open-device.js';
import type { Precision } from '../gpu/precision.js';
import { relu } from '../kernels/elementwise/relu.js';
import { readMeasuredTable } from '../kernels/products/choice/measured-table.js';
import { fromArray } from '../tensor/create.js';
import { timestampResolution } from './timestamps.js';

/** One thing that was looked at. */
export interface Finding {
  readonly what: string;
  readonly found: string;
  /** `slow` works, but something could be better; with `broken` nothing works. */
  readonly state: 'fine' | 'slow' | 'broken';
  /** What to do where it is not fine. */
  readonly remedy?: string;
}

const fine = (what: string, found: string): Finding => ({ what, found, state: 'fine' });

const oneLine = (error: unknown): string => (error as Error).message.trim().replace(/\s*\n\s*/g, ' ');

const CHOOSE_ANOTHER = 'choose among the adapters found with --adapter NAME';

/** The limits that a net runs into first. */
const LIMITS = [
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupsPerDimension',
] as const;

const FEATURES: readonly GPUFeatureName[] = ['timestamp-query', 'shader-f16', 'subgroups'];

const NO_MATRICES: Readonly<Record<Precision, string>> = {
  highest: 'not looked for without --precision high or medium',
  high: 'none',
  medium: 'none',
};

/** Look at everything, as far as one gets. Never throws for what is wrong with the machine: that is a finding. */
export async function* diagnose(options: DeviceOptions = {}): AsyncGenerator<Finding> {
  yield fine('node', `${process.version} on ${process.platform} ${process.arch}`);
  const adapters = await listAdapters();
  for (const { backend, name } of adapters) yield fine('adapter found', `${name} (${backend})`);

  let device: Device;
  try {
    device = await Device.create(options);
  } catch (error) {
    const remedy = adapters.length > 0 ? CHOOSE_ANOTHER : driverRemedy();
    yield { what: 'device', found: oneLine(error), state: 'broken', remedy };
    return;
  }
  try {
    yield* describeDevice(device);
    yield await checkKernel(device);
  } finally {
    device.destroy();
  }
}

async function* describeDevice(device: Device): AsyncGenerator<Finding> {
  const { name, vendor, architecture, driver, software, subgroupSize, subgroupMatrices } = device.adapter;
  yield software
    ? {
        what: 'adapter',
        found: `${name}, which computes on the CPU`,
        state: 'slow',
        remedy: 'where there is a GPU, install its Vulkan driver to train on it',
      }
    : fine('adapter', name);
  yield fine('vendor', [vendor, architecture].filter(Boolean).join(', ') || 'unknown');
  yield fine('driver', driver || 'unknown');
  yield fine('subgroup size', `${subgroupSize.min} to ${subgroupSize.max}`);
  for (const limit of LIMITS) yield fine(limit, device.limits[limit].toLocaleString('en-US'));
  for (const feature of FEATURES) yield fine(feature, device.has(feature) ? 'yes' : 'no');
  const matrices = subgroupMatrices.map(
    ({ M, N, K, componentType, resultComponentType }) =>
      `${M} x ${K} x ${N} ${componentType} to ${resultComponentType}`,
  );
  yield fine('subgroup matrices', matrices.join(', ') || NO_MATRICES[device.precision]);
  const resolution = await timestampResolution(device);
  yield fine('timestamp resolution', resolution === undefined ? 'no timestamps' : `${resolution} ns`);
  yield describeMeasurements(device);
}

/** Has the tuner measured this adapter, and is that of use? */
function describeMeasurements(device: Device): Finding {
  const { path, products, ignored, stale } = readMeasuredTable(device);
  const count = Object.keys(products).length;
  const what = 'tuning';
  if (ignored === undefined) {
    return fine(
      what,
      count > 0 ? `${count} products measured, ${path}` : 'none measured; `dawngrad tune MODEL` does',
    );
  }
  const remedy = 'measure anew with `dawngrad tune MODEL`';
  return {
    what,
    found: `${path} is not used: ${ignored}`,
    state: stale ? 'slow' : 'fine',
    ...(stale && { remedy }),
  };
}

/** Does a kernel give the right numbers? */
async function checkKernel(device: Device): Promise<Finding> {
  const what = 'kernel';
  const remedy = `update the driver, or ${CHOOSE_ANOTHER}`;
  try {
    const values = Float32Array.from({ length: 1000 }, (_, index) => index - 500.5);
    const begin = performance.now();
    const result = await relu(fromArray(device, values, [values.length])).toArray();
    const milliseconds = (performance.now() - begin).toFixed(1);
    const wrong = values.findIndex((value, index) => result[index] !== Math.max(0, value));
    if (wrong === -1) return fine(what, `relu of ${values.length} numbers is right, in ${milliseconds} ms`);
    const found = `relu(${values[wrong]}) gave ${result[wrong]}`;
    return { what, found, state: 'broken', remedy };
  } catch (error) {
    return { what, found: oneLine(error), state: 'broken', remedy };
  }
}

const DRIVER_VARIABLES = ['VK_DRIVER_FILES', 'VK_ICD_FILENAMES'];

const REMEDIES: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  linux:
    'install a Vulkan driver: that of the GPU, or Mesa 23 or later, whose software driver needs none ' +
    '(Debian, Ubuntu: mesa-vulkan-drivers; Fedora: mesa-vulkan-drivers and vulkan-loader; Arch: vulkan-swrast)',
  darwin:
    "check that Metal is there (system_profiler SPDisplaysDataType); Dawn's binary must not be in quarantine",
  win32: "update the GPU's driver, and install the Microsoft Visual C++ runtime",
};

function driverRemedy(): string {
  const variable = DRIVER_VARIABLES.find((name) => process.env[name]);
  if (variable) return `unset ${variable}: it keeps the Vulkan loader from the installed drivers`;
  return REMEDIES[process.platform] ?? 'install a driver for Vulkan, Metal or Direct3D 12';
}
