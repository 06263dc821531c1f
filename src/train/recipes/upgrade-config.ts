/** Models whose last layer learned at a tenth of the rate where an old config said `"rates": "paper"`. */
const SLOW_LAST_LAYER = ['nin-cifar10', 'nin-svhn', 'nin-mnist'];

/**
 * Configs once had one word for what is now `groups`. The groups come out in the same order, with the same members, so
 * that a run of that time can still be resumed.
 */
export function upgradeConfig(config: unknown): unknown {
  if (typeof config !== 'object' || config === null || !('rates' in config)) return config;
  const { rates, ...rest } = config;
  const { model } = rest as { model?: string };
  const paper = [
    { match: '*.bias', rate: 2, weightDecay: 0 },
    { match: 'block3.cccp2.*', rate: SLOW_LAST_LAYER.includes(model ?? '') ? 0.1 : 1 },
  ];
  const uniform = [{ match: ['*.bias', '*_bn.weight'], weightDecay: 0 }];
  return { ...rest, groups: rates === 'paper' ? paper : uniform };
}
