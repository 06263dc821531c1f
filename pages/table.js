/** Tables that sort by the column whose heading is clicked. */
import { element } from './elements.js';

/**
 * A table in a box that scrolls by itself.
 * @param columns each with its `title`; `text`, what a row shows in it: a text or an element; and, where it holds numbers, `value`,
 *   the number that it sorts by
 * @param rows anything
 * @param options.onclick called with a row that is clicked; `noteLine` is called with each row and its element
 */
export function sortableTable(columns, rows, { onclick, noteLine = () => {} } = {}) {
  const lines = new Map(rows.map((row) => [row, lineOf(columns, row, onclick)]));
  for (const [row, line] of lines) noteLine(row, line);
  const body = element('tbody', {}, ...lines.values());
  const headings = columns.map((column, index) => {
    const sort = () => {
      const { ariaSort } = heading;
      for (const other of headings) other.ariaSort = null;
      // Numbers begin with the largest, words with the first.
      const [first, second] = column.value ? ['descending', 'ascending'] : ['ascending', 'descending'];
      heading.ariaSort = ariaSort === first ? second : first;
      const order = sorted(lines, column, heading.ariaSort === 'descending', index);
      body.replaceChildren(...order.map(([, line]) => line));
    };
    const heading = element(
      'th',
      { scope: 'col', class: column.value && 'number' },
      element('button', { type: 'button', onclick: sort }, column.title),
    );
    return heading;
  });
  return element(
    'div',
    { class: 'scroll' },
    element('table', {}, element('thead', {}, element('tr', {}, headings)), body),
  );
}

function lineOf(columns, row, onclick) {
  const cells = columns.map(({ text, value }) => element('td', { class: value && 'number' }, text(row)));
  return element('tr', onclick ? { class: 'choice', onclick: () => onclick(row) } : {}, cells);
}

function sorted(lines, { value }, descending, index) {
  const compare = value
    ? ([one], [other]) => value(one) - value(other)
    : ([, one], [, other]) => textIn(one, index).localeCompare(textIn(other, index), 'en', { numeric: true });
  return [...lines].sort((one, other) => (descending ? compare(other, one) : compare(one, other)));
}

const textIn = (line, index) => line.cells[index].textContent;
