/** The few numbers of a step that matter most. */
import { element } from '../elements.js';
import { digits, duration, memorySize, operations, percent, traffic } from '../numbers.js';

export function tiles({ total, stepMilliseconds: step, limits, memory }) {
  const { launches, flops, bytes, milliseconds: time, leastMilliseconds: least, spared } = total;
  return [
    tile('launches', `${launches}`, `fusion spares ${spared.launches}`),
    tile('work', operations(flops)),
    tile('moved, at the least', traffic(bytes), `fusion spares ${traffic(spared.bytes)}`),
    tile('memory, at the peak', memorySize(memory.peak.bytes), `of ${memorySize(memory.bytes)}`),
    ...(time
      ? [
          tile(
            'launches, added up',
            duration(time),
            least && `${percent(least / time)} of the device's limit`,
          ),
        ]
      : []),
    ...(step
      ? [tile('the step, wall clock', duration(step), `launches: ${percent(time / step)} of it`)]
      : []),
    ...(limits
      ? [tile("the device's limit", `${digits(limits.gflops)} GFLOP/s`, `${digits(limits.gigabytes)} GB/s`)]
      : []),
  ];
}

/** A number with its unit in small. */
function tile(what, value, note = '') {
  const [number, unit] = value.split(' ');
  return element(
    'div',
    {},
    element('dt', {}, what),
    element('dd', {}, number, unit && ' ', unit && element('small', {}, unit)),
    element('dd', { class: 'note' }, note),
  );
}
