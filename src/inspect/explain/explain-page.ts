/** An explained step as a page: pages/explain/explain.js draws it. */
import { escapeText } from '../../files/markup.js';
import { readShader, specialise } from '../../gpu/shaders/shader.js';
import { pageText } from '../pages/page.js';
import type { StepExplanation } from './explain-run.js';
import { REASONS } from './reasons.js';

/** The text of the page, with every shader that the step runs. */
export function explanationPage(step: StepExplanation): string {
  const texts = step.launches.map(({ shader, constants }) => specialise(readShader(shader), constants));
  const shaders = [...new Set(texts)];
  const title = `${step.model}, ${step.step} step`;
  return pageText({
    title,
    body: bodyOf(title, step),
    styles: ['explain/explain.css', 'explain/launch-panel.css'],
    script: 'explain/explain.js',
    data: { step, shaders, shaderOf: texts.map((text) => shaders.indexOf(text)), reasons: REASONS },
  });
}

/** What there is before the script draws: headings, and places for what it draws. */
const bodyOf = (title: string, step: StepExplanation): string => `<header>
<h1>${escapeText(title)}</h1>
<p class="quiet">batch ${step.batch}, precision ${step.precision}, on ${escapeText(step.adapter)}</p>
<dl class="tiles" id="tiles"></dl>
</header>
<main>
<section>
<h2>The step, launch by launch</h2>
<p class="quiet">Click a launch to read its shader, a layer to look closer. Drag to move along; pinch, or turn the wheel with Ctrl, to zoom.</p>
<div id="timeline"></div>
</section>
<section>
<h2>Its memory</h2>
<p class="quiet">Above, what is in use. Below, each tensor from its birth to its death, where it lies in the step's buffers.</p>
<div id="memory"></div>
</section>
<section class="columns">
<div id="layers"><h2>By layer</h2></div>
<div id="kernels"><h2>By kernel</h2></div>
</section>
<section id="launches">
<h2>All launches</h2>
</section>
</main>`;
