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
 * Threads that share a part of a channel, and how many workgroups there should be: on a GPU as many as fill a large one twice. A
 * software driver wants few threads to wait for each other, and few workgroups.
 */
const SHARING = {
  software: { threads: 32, workgroups: 256 },
  hardware: { threads: 256, workgroups: 2048 },
};

/** Quads that a thread should have at least, for the end of a sum to be worth it. */
const WORTH_A_THREAD = 4;

/** x [N, C, ...] as the shaders see it, cut into parts that keep a device busy. */
export function channelsOf(x: Tensor): { readonly sizes: Params; readonly constants: Constants } {
  const [batch, channels, ...positions] = x.shape;
  const length = sizeOf(positions);
  const { threads, workgroups } = SHARING[x.device.adapter.software ? 'software' : 'hardware'];
  const most = Math.ceil((batch * length) / (4 * WORTH_A_THREAD * threads));
  const parts = Math.max(1, Math.min(Math.ceil(workgroups / channels), most));
  return {
    sizes: { batch, channels, length, parts, eps: 0, momentum: 0, nothing: 0 },
    constants: { WORKGROUP: threads, ALIGNED: length % 4 === 0 },
  };
}
