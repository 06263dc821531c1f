import type { Constants } from '../../gpu/shaders/shader.js';
import { sizeOf } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Grid } from '../grid.js';

/** The parameters of `normalisation/channels.wgsl`, which every kernel of batch normalisation takes. */
export const channelParams = {
  batch: 'u32',
  channels: 'u32',
  length: 'u32',
  parts: 'u32',
  eps: 'f32',
  momentum: 'f32',
  nothing: 'u32',
} as const;

type Params = Readonly<Record<keyof typeof channelParams, number>>;

/** Elements of x. */
export const elements = ({ batch, channels, length }: Params): number => batch * channels * length;

/** Parts of all channels. */
export const allParts = ({ channels, parts }: Params): number => channels * parts;

/** As many workgroups as have a channel each; where there are more channels, they take turns. */
const MOST_CHANNELS = 8192;

/** A workgroup for each part of each channel. */
export const partsGrid = ({ channels, parts }: Params): Grid => [Math.min(channels, MOST_CHANNELS), parts, 1];

/** A workgroup for each channel. */
export const channelsGrid = ({ channels }: Params): Grid => [Math.min(channels, MOST_CHANNELS), 1, 1];

/**
 * How many threads share a part of a channel, and how many end its sums; how many workgroups there should be: on a GPU as many as
 * fill a large one twice. On a software driver threads do not wait for each other, and few workgroups cost less.
 */
const SHARING = {
  software: { threads: 32, ending: 16, meeting: false, workgroups: 256 },
  hardware: { threads: 256, ending: 64, meeting: true, workgroups: 2048 },
};

/** Quads that a thread should have at least, for the end of a sum to be worth it. */
const WORTH_A_THREAD = 4;

/** How kernels of batch normalisation are launched on x. */
interface Channels {
  /** x [N, C, ...] as the shaders see it, cut into parts that keep a device busy. */
  readonly sizes: Params;
  readonly constants: Constants;
  /** The same for those that end sums: what are parts to the others are sums to them. */
  readonly ends: { readonly sizes: Params; readonly constants: Constants };
}

export function channelsOf(x: Tensor): Channels {
  const [batch, channels, ...positions] = x.shape;
  const length = sizeOf(positions);
  const { threads, ending, meeting, workgroups } =
    SHARING[x.device.adapter.software ? 'software' : 'hardware'];
  const most = Math.ceil((batch * length) / (4 * WORTH_A_THREAD * threads));
  const parts = Math.max(1, Math.min(Math.ceil(workgroups / channels), most));
  const sizes = { batch, channels, length, parts, eps: 0, momentum: 0, nothing: 0 };
  return {
    sizes,
    constants: { WORKGROUP: threads, ALIGNED: length % 4 === 0, MEETING: meeting },
    ends: {
      sizes: { ...sizes, parts: meeting ? parts : parts * threads },
      constants: { FINISHING: ending },
    },
  };
}
