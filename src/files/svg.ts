/** Turns plots and drawings into files. What draws is loaded only when something is drawn. */
import type { TopLevelSpec } from 'vega-lite';

/** How every plot looks. */
const LOOK = {
  background: 'white',
  font: 'sans-serif',
  axis: { labelLimit: 800 },
  legend: { labelLimit: 800 },
  view: { stroke: null },
} as const;

/** A plot as SVG. */
export async function plotSvg(spec: TopLevelSpec): Promise<string> {
  const [{ compile }, vega] = await Promise.all([import('vega-lite'), import('vega')]);
  return new vega.View(vega.parse(compile(spec, { config: LOOK }).spec), { renderer: 'none' }).toSVG();
}

export interface Png {
  readonly bytes: Uint8Array;
  /** No font is installed here, and so letters are missing. */
  readonly lacksText: boolean;
}

/** An SVG drawing as PNG, each of its pixels twice as wide and high. */
export async function pngOf(svg: string): Promise<Png> {
  const { Resvg } = await import('@resvg/resvg-js');
  const sample = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text y="9">m</text></svg>';
  const options = { font: { defaultFontFamily: 'DejaVu Sans', sansSerifFamily: 'DejaVu Sans' } };
  return {
    bytes: new Resvg(svg, { ...options, background: 'white', fitTo: { mode: 'zoom', value: 2 } })
      .render()
      .asPng(),
    lacksText: new Resvg(sample, options).getBBox() === undefined,
  };
}
