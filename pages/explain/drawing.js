/** A drawing of the step: as wide as the page, drawn anew when the part that it shows or its width changes. */
import { svg } from '../elements.js';
import { followGestures } from './gestures.js';

/**
 * @param height in pixels
 * @param draw gives the elements of the drawing, for its width in pixels
 */
export function stepDrawing(view, label, height, draw) {
  const drawing = svg('svg', { class: 'step', height, tabindex: 0, role: 'group', 'aria-label': label });
  let asked = false;
  const redraw = () => {
    asked = false;
    const width = drawing.clientWidth;
    if (width > 0) drawing.replaceChildren(...draw(width));
  };
  // Several changes before the next frame are one.
  const ask = () => {
    if (!asked) requestAnimationFrame(redraw);
    asked = true;
  };
  view.onChange(ask);
  new ResizeObserver(ask).observe(drawing);
  followGestures(drawing, view);
  return { drawing, redraw: ask };
}

/** The part of a bar that is in sight, with what pixels it is from and wide; undefined where none is. */
export function inSight(view, from, to, width) {
  const [left, right] = [view.place(from) * width, view.place(to) * width];
  if (right < 0 || left > width) return undefined;
  const x = Math.max(-1, left);
  return { x, width: Math.max(0.5, Math.min(width + 1, right) - x) };
}

/** About how wide a letter of a drawing is. */
const LETTER = 6.1;

/** As much of a text as a bar has room for; nothing where that says too little. */
export function fitted(text, width) {
  const letters = Math.floor((width - 8) / LETTER);
  if (text.length <= letters) return text;
  return letters < 4 ? '' : `${text.slice(0, letters - 1)}…`;
}
