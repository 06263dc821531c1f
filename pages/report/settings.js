/** What the runs were told: in which settings they differ, and the rest. */
import { element } from '../elements.js';

export function settings({ runs, settings }) {
  const names = runs.map(({ name }) => name);
  const differing = settings.filter(({ differs }) => differs);
  const same = settings.filter(({ differs }) => !differs);
  const rest = element(
    'details',
    {},
    element(
      'summary',
      {},
      runs.length > 1 ? `The ${same.length} settings that are the same` : 'All settings',
    ),
    tableOf(['setting', 'value'], same, ({ values }) => values.slice(0, 1)),
  );
  return element(
    'section',
    {},
    element('h2', {}, runs.length > 1 ? 'Differences' : 'Settings'),
    runs.length > 1
      ? differing.length > 0
        ? tableOf(['setting', ...names], differing, ({ values }) => values)
        : element('p', {}, 'The runs have the same settings.')
      : undefined,
    rest,
  );
}

const tableOf = (head, rows, values) =>
  element(
    'div',
    { class: 'scroll' },
    element(
      'table',
      { class: 'settings' },
      element(
        'thead',
        {},
        element(
          'tr',
          {},
          head.map((name) => element('th', { scope: 'col' }, name)),
        ),
      ),
      element(
        'tbody',
        {},
        rows.map((row) =>
          element(
            'tr',
            {},
            element('th', { scope: 'row' }, row.field),
            values(row).map((value) => element('td', {}, value)),
          ),
        ),
      ),
    ),
  );
