/** What every page's script begins with: the page's data, and elements made of it. */

/** The data that the page was written with. */
export const pageData = () => JSON.parse(document.getElementById('data').textContent);

/**
 * An element with attributes, listeners (`onclick: (event) => ...`), and children: elements, or texts. Attributes that are
 * `undefined` or `false` are left out.
 */
export function element(name, attributes = {}, ...children) {
  return furnished(document.createElement(name), attributes, children);
}

/** As `element`, of a drawing. */
export function svg(name, attributes = {}, ...children) {
  return furnished(document.createElementNS('http://www.w3.org/2000/svg', name), attributes, children);
}

function furnished(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(name.replace(/^on/, ''), value);
    else if (value !== undefined && value !== false) made.setAttribute(name, value === true ? '' : value);
  }
  made.append(...children.flat(2).filter((child) => child !== undefined));
  return made;
}
