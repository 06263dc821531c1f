/** The few lines beside the pointer. */
import { element } from '../elements.js';

const tip = element('div', { class: 'tip', hidden: true });
document.body.append(tip);

/** Tell this while the pointer is over something: a heading, and lines below it. */
export function tell(target, heading, ...lines) {
  target.addEventListener('pointermove', ({ clientX, clientY, pointerType }) => {
    // A finger covers it, and taps for more anyway.
    if (pointerType === 'touch') return;
    tip.replaceChildren(element('b', {}, heading), ...lines.map((line) => element('div', {}, line)));
    tip.hidden = false;
    const { width, height } = tip.getBoundingClientRect();
    const [right, below] = [clientX + 14, clientY + 14];
    tip.style.left = `${right + width > innerWidth ? Math.max(4, clientX - width - 10) : right}px`;
    tip.style.top = `${below + height > innerHeight ? clientY - height - 10 : below}px`;
  });
  target.addEventListener('pointerleave', () => {
    tip.hidden = true;
  });
  return target;
}
