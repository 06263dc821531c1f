/** The report of some runs; where a server stands behind the page, it follows them. */
import { element, pageData } from '../elements.js';
import { answers } from './answers.js';
import { curves } from './curves.js';
import { overview } from './overview.js';
import { filters, maps, mistakes } from './pictures.js';
import { probes } from './probes.js';
import { settings } from './settings.js';

const root = document.querySelector('main');
const { live, ...first } = pageData();

function show(content) {
  const { runs } = content;
  const nets = runs.map((run) => aboutNet(run, runs.length > 1)).filter((section) => section !== undefined);
  root.replaceChildren(
    overview(content),
    curves(runs),
    ...(runs.length > 1 ? [settings(content), ...nets] : [...nets, settings(content)]),
  );
}

/** What a run's net has learned. */
function aboutNet(run, named) {
  const { judgement } = run;
  const judged = typeof judgement === 'object' ? judgement : undefined;
  const parts = [
    judged ? answers(judged) : judgement && element('p', { class: 'quiet' }, `Not scored: ${judgement}`),
    judged && mistakes(judged),
    judged && maps(judged),
    run.filters && filters(run.filters),
    run.probes.length > 0 ? probes(run.probes) : undefined,
  ].filter((part) => part);
  if (parts.length === 0) return undefined;
  return element(
    'section',
    {},
    element('h2', {}, named ? `What ${run.name} has learned` : 'What the net has learned'),
    parts,
  );
}

show(first);

if (live) {
  const note = document.querySelector('#live');
  const events = new EventSource('events');
  events.addEventListener('report', ({ data }) => {
    note.textContent = `live, as of ${new Date().toLocaleTimeString()}`;
    note.className = 'good';
    show(JSON.parse(data));
  });
  events.addEventListener('gone', ({ data }) => {
    events.close();
    note.textContent = data;
    note.className = 'warning';
  });
  events.addEventListener('error', () => {
    note.textContent = 'the server does not answer; what is shown is what was last known';
    note.className = 'warning';
  });
}
