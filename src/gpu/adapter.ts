import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { create, globals } from 'webgpu';
import { inCache } from '../files/cache.js';
import { AdapterError } from './gpu-errors.js';
import type { Precision } from './precision.js';

/** Which adapter to take; both default to "the best there is". */
export interface AdapterOptions {
  /** Dawn backend: `vulkan`, `metal`, `d3d12`, ... */
  backend?: string;
  /** A substring of the adapter's name, as `dawngrad doctor` lists it. */
  adapter?: string;
}

/** The feature of a GPU whose subgroups multiply matrices, which WebGPU's types do not have. */
export const SUBGROUP_MATRIX = 'chromium-experimental-subgroup-matrix' as GPUFeatureName;

/**
 * Dawn holds that feature back as an experiment, and f16 on NVIDIA for a driver that failed tests of it: only who lets products
 * be made of halves takes the risk.
 */
const FLAGS_FOR_HALVES = ['enable-dawn-features=allow_unsafe_apis,vulkan_enable_f16_on_nvidia'];

/**
 * Dawn stops when its last reference goes, even with devices and threads at work. So an instance, once started, is kept for
 * the life of the process (which it does not prolong), and shared by all who ask for the same flags.
 */
const instances = new Map<string, GPU>();

/** What a person calls an adapter, and how the engine should treat it. */
export interface AdapterDescription {
  /** As WebGPU spells it, for example `llvmpipe-llvm-15-0-6-256-bits-`. */
  readonly name: string;
  readonly vendor: string;
  readonly architecture: string;
  readonly driver: string;
  /** A CPU pretending to be a GPU: barriers and workgroup memory are dear there, and other kernels win. */
  readonly software: boolean;
  /** Lanes that execute together: the range the driver may choose from. */
  readonly subgroupSize: { readonly min: number; readonly max: number };
  /** Products of matrices that a subgroup computes as one; Dawn lists none unless less than the highest precision is asked for. */
  readonly subgroupMatrices: readonly SubgroupMatrixProduct[];
}

/** `M` x `K` elements times `K` x `N`, and what their type and that of the sums is, as WGSL spells it. */
export interface SubgroupMatrixProduct {
  readonly componentType: string;
  readonly resultComponentType: string;
  readonly M: number;
  readonly N: number;
  readonly K: number;
}

type AdapterInfo = GPUAdapterInfo & { readonly subgroupMatrixConfigs?: readonly SubgroupMatrixProduct[] };

/** WebGPU's adapter, and what the engine knows of it. */
export interface Adapter {
  readonly gpuAdapter: GPUAdapter;
  readonly description: AdapterDescription;
}

const SOFTWARE = /llvmpipe|lavapipe|swiftshader|microsoft basic render|software/i;

/**
 * Mesa's lavapipe reads these when it loads. Its vectors are 256 bits wide unless told otherwise; where the processor has
 * AVX-512, 512 bits make a wave of 16 lanes and the matrix products faster: by about a quarter on Sapphire Rapids, by half to
 * twice as fast on Zen 4 (EPYC), as measured.
 */
function prepareEnvironment(): void {
  process.env.XDG_RUNTIME_DIR ??= tmpdir();
  if (process.env.LP_NATIVE_VECTOR_WIDTH === undefined && existsSync('/proc/cpuinfo')) {
    if (/\bavx512f\b/.test(readFileSync('/proc/cpuinfo', 'utf8'))) process.env.LP_NATIVE_VECTOR_WIDTH = '512';
  }
  keepShadersApart();
}

/**
 * Mesa keeps compiled shaders between processes, and forgets for how wide vectors they are: lavapipe takes the function that reads a texel
 * for 8 lanes, if it was kept first, for 16 lanes too, half of which then get zeros. So each width that is asked for has a directory of
 * its own, below the one that is named, if any.
 */
function keepShadersApart(): void {
  const { LP_NATIVE_VECTOR_WIDTH: width, MESA_SHADER_CACHE_DIR: named = inCache('mesa') } = process.env;
  const own = `${width}-bits`;
  if (width === undefined || basename(named) === own) return;
  process.env.MESA_SHADER_CACHE_DIR = join(named, own);
}

function startDawn(flags: string[]): GPU {
  const key = flags.join(' ');
  let gpu = instances.get(key);
  if (!gpu) {
    prepareEnvironment();
    Object.assign(globalThis, globals);
    gpu = create(flags);
    instances.set(key, gpu);
  }
  return gpu;
}

/**
 * Find an adapter, hardware before software; Dawn's Null backend, which computes nothing, is refused.
 * @throws AdapterError when there is none, which names those that there are
 */
export async function requestAdapter(
  options: AdapterOptions = {},
  precision: Precision = 'highest',
): Promise<Adapter> {
  const flags = precision === 'highest' ? [] : [...FLAGS_FOR_HALVES];
  if (options.backend) flags.push(`backend=${options.backend}`);
  if (options.adapter) flags.push(`adapter=${options.adapter}`);
  const gpu = startDawn(flags);

  const wanted = Object.entries(options).map(([key, value]) => `${key} "${value}"`);
  const looking =
    wanted.length > 0
      ? `looking for a WebGPU adapter with ${wanted.join(' and ')}`
      : 'looking for a WebGPU adapter';
  let gpuAdapter: GPUAdapter | null;
  try {
    gpuAdapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  } catch (error) {
    const found = adaptersIn(error).map(({ backend, name }) => `${name} (${backend})`);
    const why = (error as Error).message.replace(/\s*\n\s*/g, '; ');
    throw new AdapterError(
      `${looking}: ${found.length > 0 ? `there is none; found ${found.join(', ')}` : why}`,
    );
  }
  if (gpuAdapter === null || gpuAdapter.info.device === 'null-backend') {
    throw new AdapterError(
      `${looking}: found none that computes. Install a Vulkan driver (a GPU's own, or Mesa's software driver lavapipe, ` +
        'package mesa-vulkan-drivers, version 23 or later) and run `dawngrad doctor`.',
    );
  }
  return { gpuAdapter, description: describe(gpuAdapter.info) };
}

function describe(info: AdapterInfo): AdapterDescription {
  const everyWord = `${info.vendor} ${info.architecture} ${info.device} ${info.description}`;
  const { subgroupMinSize: min = 4, subgroupMaxSize: max = 128 } = info;
  return {
    name: info.device || info.description || info.architecture || 'unknown adapter',
    vendor: info.vendor,
    architecture: info.architecture,
    driver: info.description,
    software: info.isFallbackAdapter === true || SOFTWARE.test(everyWord),
    subgroupSize: { min, max },
    subgroupMatrices: [...(info.subgroupMatrixConfigs ?? [])].map(
      ({ componentType, resultComponentType, M, N, K }) => ({ componentType, resultComponentType, M, N, K }),
    ),
  };
}

/** Every adapter Dawn sees, `{ backend, name }`: it lists them in the error for an adapter that cannot exist. */
export async function listAdapters(): Promise<{ backend: string; name: string }[]> {
  try {
    await startDawn(['adapter=?']).requestAdapter();
    return [];
  } catch (error) {
    return adaptersIn(error);
  }
}

/** The adapters that Dawn lists in an error; none where it is about something else. */
function adaptersIn(error: unknown): { backend: string; name: string }[] {
  const lines = (error as Error).message.matchAll(/backend: '([^']*)', name: '([^']*)'/g);
  return [...lines].map(([, backend = '', name = '']) => ({ backend, name }));
}
