/** Tables that sort by the column whose heading is clicked. */
import { element } from './elements.js';

/**
 * A table in a box that scrolls by itself.
 * @param columns each with its `title`; `text`, what a row shows in it: a text or an element; and, where it holds numbers, `value`,
 *   the number that it sorts by
 * @param rows anything; `rowAttributes` gives the attributes of a row's element
 */
export function sortableTable(columns, rows, rowAttributes = () => ({})) {
  const body = element('tbody');
  const lines = new Map(rows.map((row) => [row, lineOf(columns, row, rowAttributes(row))]));
  const show = (order) => body.replaceChildren(...order.map((row) => lines.get(row)));
  const headings = columns.map((column) => {
    const sort = () => {
      const { ariaSort } = heading;
      for (const other of headings) other.ariaSort = null;
      // Numbers are looked at for the largest first, words for the first.
      const first = column.value ? 'descending' : 'ascending';
      const second = column.value ? 'ascending' : 'descending';
      heading.ariaSort = ariaSort === first ? second : first;
      show(sorted(rows, column, heading.ariaSort === 'descending'));
    };
    const heading = element(
      'th',
      { scope: 'col', class: column.value && 'number' },
      column.title && element('button', { type: 'button', onclick: sort }, column.title),
    );
    return heading;
  });
  show(rows);
  return element(
    'div',
    { class: 'scroll' },
    element('table', {}, element('thead', {}, element('tr', {}, headings)), body),
  );
}

function lineOf(columns, row, attributes) {
  const cells = columns.map(({ text, value }) => element('td', { class: value && 'number' }, text(row)));
  return element('tr', attributes, cells);
}

function sorted(rows, { text, value }, descending) {
  const compare = value
    ? (one, other) => value(one) - value(other)
    : (one, other) => String(text(one)).localeCompare(String(text(other)), 'en', { numeric: true });
  return [...rows].sort((one, other) => (descending ? compare(other, one) : compare(one, other)));
}
