/** The program's memory over the step: what is in use, and every tensor from its birth to its death at its place. */
import { element, svg } from '../elements.js';
import { grouped, memorySize } from '../numbers.js';
import { fitted, inSight, stepDrawing } from './drawing.js';
import { kindOfTensor, placeOf } from './kinds.js';
import { tell } from './tip.js';

/** Pixels of the curve of what is in use, of the map below it, and between two buffers. */
const CURVE = 84;
const MAP = 300;
const GAP = 7;

/** @param step its memory and launches; `choose(launch)` is called for one that is named and clicked */
export function memoryMap({ memory, launches }, view, choose) {
  const scale = (MAP - GAP * (memory.buffers.length - 1)) / sum(memory.buffers);
  const tops = memory.buffers.map(
    (_, index) => CURVE + GAP + sum(memory.buffers.slice(0, index)) * scale + index * GAP,
  );
  const placed = memory.tensors.filter(({ place }) => place !== null);
  const used = launches.map(({ number }) => sum(placed.filter(needed(number)).map(({ bytes }) => bytes)));
  const note = element('div', { class: 'memory-note', 'aria-live': 'polite' });
  const notePeak = () => peakNote(memory, launches, pick);
  let chosen;

  const pick = (tensor) => {
    chosen = chosen === tensor ? undefined : tensor;
    note.replaceChildren(...(chosen ? noteOn(chosen, placed, launches, { choose, pick }) : notePeak()));
    redraw();
  };
  const { drawing, redraw } = stepDrawing(view, 'Map of the memory', CURVE + GAP + MAP + 2, (width) => {
    const sharing = chosen && sharingWith(chosen, placed);
    return [
      ...memory.buffers.map((bytes, index) =>
        svg('rect', { class: 'buffer', x: 0, y: tops[index], width, height: Math.max(1, bytes * scale) }),
      ),
      ...placed.flatMap((tensor) => {
        const look =
          tensor === chosen ? 'chosen' : sharing?.includes(tensor) ? 'shares' : chosen ? 'aside' : '';
        return tensorBar(tensor, launches, {
          view,
          width,
          look,
          pick,
          y: tops[tensor.place.buffer] + tensor.place.offset * scale,
          scale,
        });
      }),
      ...curve(used, memory, view, width),
    ];
  });
  note.append(...notePeak());
  return { drawing, note };
}

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

const needed =
  (number) =>
  ({ from, until }) =>
    from <= number && (until === null || number <= until);

/** Those that lie, at other times, where this one lies. */
const sharingWith = (tensor, others) =>
  others.filter(({ place, bytes, ...other }) => {
    const apart =
      place.offset >= tensor.place.offset + tensor.bytes || place.offset + bytes <= tensor.place.offset;
    const isSame = place.offset === tensor.place.offset && other.from === tensor.from;
    return place.buffer === tensor.place.buffer && !apart && !isSame;
  });

function tensorBar(tensor, launches, { view, width, look, pick, y, scale }) {
  const { from, until, bytes, label } = tensor;
  const bar = inSight(view, view.start(from), view.end(until ?? launches.length), width);
  if (!bar) return [];
  const [kind, colour] = kindOfTensor(tensor, launches);
  const height = Math.max(0.75, bytes * scale - 0.5);
  const words = wordsOf(tensor, launches);
  const group = svg(
    'g',
    { class: `tensor ${look}`, onclick: () => pick(tensor) },
    svg('rect', { ...bar, y, height, style: `--kind: var(${colour})` }),
    height < 13
      ? []
      : svg(
          'text',
          { x: Math.max(0, bar.x) + 4, y: y + Math.min(height - 3, height / 2 + 4) },
          fitted(words, bar.width),
        ),
  );
  return [
    tell(
      group,
      words,
      `${label}, ${memorySize(bytes)}`,
      `launches ${from} to ${until ?? 'the end, and after'}: ${kind}`,
    ),
  ];
}

/** What made a tensor, as far as that is known. */
function wordsOf({ writtenBy, label }, launches) {
  const writer = launches[(writtenBy ?? 0) - 1];
  return writer ? placeOf(writer) : label;
}

/** Bytes in use at each launch, and where they are the most. */
function curve(used, { peak }, view, width) {
  const most = Math.max(...used, 1);
  const y = (bytes) => CURVE - (bytes / most) * (CURVE - 22);
  const points = used.flatMap((bytes, index) => {
    const [begin, end] = [view.start(index + 1), view.end(index + 1)];
    return [begin, end].map(
      (position) => `${(view.place(position) * width).toFixed(2)},${y(bytes).toFixed(2)}`,
    );
  });
  const [first, last] = [view.place(0) * width, view.place(1) * width];
  const at = view.place((view.start(peak.launch) + view.end(peak.launch)) / 2) * width;
  const text = `peak ${memorySize(peak.bytes)}, launch ${peak.launch}`;
  const side = at > width / 2 ? { x: at - 6, 'text-anchor': 'end' } : { x: at + 6 };
  return [
    svg('polygon', { class: 'used', points: `${first},${CURVE} ${points.join(' ')} ${last},${CURVE}` }),
    svg('line', { class: 'peak', x1: at, x2: at, y1: 4, y2: CURVE + GAP + MAP }),
    svg('text', { class: 'peak', y: 14, ...side }, text),
  ];
}

/** A tensor's name, which picks it. */
const link = (text, onclick) => element('button', { type: 'button', class: 'link', onclick }, text);

/** A tensor in a list. */
const listed = (tensor, launches, pick) =>
  element(
    'li',
    {},
    link(wordsOf(tensor, launches), () => pick(tensor)),
    `, ${memorySize(tensor.bytes)}, launches ${tensor.from} to ${tensor.until ?? 'the end'}`,
  );

/** As many tensors as make a peak, mostly. */
const AT_PEAK = 6;

/** What lies in memory where it is the fullest. */
function peakNote({ peak, tensors }, launches, pick) {
  const largest = peak.tensors.slice(0, AT_PEAK).map((index) => tensors[index]);
  const others = peak.tensors.length - largest.length;
  return [
    element(
      'p',
      {},
      'Click a tensor to see what made it, and who shares its memory. The largest at the peak:',
    ),
    element(
      'ul',
      {},
      largest.map((tensor) => listed(tensor, launches, pick)),
      ...(others > 0 ? [element('li', {}, `and ${others} more`)] : []),
    ),
  ];
}

/** What there is to say of a tensor that was clicked. */
function noteOn(tensor, placed, launches, { choose, pick }) {
  const { label, bytes, from, until, place } = tensor;
  const [kind] = kindOfTensor(tensor, launches);
  const writer = launches[(tensor.writtenBy ?? 0) - 1];
  const others = sharingWith(tensor, placed);
  return [
    element(
      'p',
      {},
      element('b', {}, `${label}, ${memorySize(bytes)}`),
      `: ${kind}; needed by launches ${from} to ${until ?? 'the end, and after'}. `,
      ...(writer
        ? ['First written by ', link(`${writer.number} ${placeOf(writer)}`, () => choose(writer)), '. ']
        : []),
      `In buffer ${place.buffer + 1}, from byte ${grouped(place.offset)} on. `,
      others.length === 0 ? 'It shares its memory with nobody.' : 'At other times the same memory holds',
    ),
    element(
      'ul',
      {},
      others.map((other) => listed(other, launches, pick)),
    ),
  ];
}
