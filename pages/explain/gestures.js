/** Looking closer and moving along, by mouse, finger and key. */

/** A pointer that moved by fewer pixels clicks. */
const CLICK = 4;

const KEYS = {
  '+': (view) => view.zoom(1.5),
  '=': (view) => view.zoom(1.5),
  '-': (view) => view.zoom(1 / 1.5),
  ArrowLeft: (view) => view.pan(-0.2),
  ArrowRight: (view) => view.pan(0.2),
  0: (view) => view.show(0, 1),
};

/** Have a drawing's view follow what is done with it: drag, pinch, wheel with Ctrl or sideways, and keys. */
export function followGestures(drawing, view) {
  const pointers = new Map();
  let moved = false;
  const placeOf = (x) => (x - drawing.getBoundingClientRect().left) / drawing.clientWidth;

  drawing.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    if (pointers.size === 0) moved = false;
    pointers.set(event.pointerId, event.clientX);
  });
  drawing.addEventListener('pointermove', (event) => {
    const before = pointers.get(event.pointerId);
    if (before === undefined || (!moved && Math.abs(event.clientX - before) < CLICK)) return;
    if (!moved) drawing.setPointerCapture(event.pointerId);
    moved = true;
    const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
    if (other === undefined) {
      view.pan(placeOf(before) - placeOf(event.clientX));
    } else {
      const spread = Math.abs(event.clientX - other) / Math.max(1, Math.abs(before - other));
      view.zoom(Math.max(0.5, Math.min(2, spread)), placeOf((event.clientX + other) / 2));
    }
    pointers.set(event.pointerId, event.clientX);
  });
  for (const end of ['pointerup', 'pointercancel', 'pointerleave']) {
    drawing.addEventListener(end, ({ pointerId }) => pointers.delete(pointerId));
  }
  // What ends a drag is no click on what lies below.
  drawing.addEventListener('click', (event) => moved && event.stopPropagation(), { capture: true });
  drawing.addEventListener(
    'wheel',
    (event) => {
      const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY);
      // The page's own scrolling stays as it is.
      if (!event.ctrlKey && !event.metaKey && !sideways) return;
      event.preventDefault();
      if (sideways) view.pan(event.deltaX / drawing.clientWidth);
      else view.zoom(Math.exp(-event.deltaY / 250), placeOf(event.clientX));
    },
    { passive: false },
  );
  drawing.addEventListener('keydown', (event) => {
    const act = KEYS[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act(view);
  });
}
