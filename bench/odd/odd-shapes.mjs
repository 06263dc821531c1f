/** Is a kernel right on odd shapes too, through windows, and with every epilogue? The sizes that it is timed on are all round. */
import { checkRung } from '../../dist/inspect/lab/check-rung.js';
import { variantOf } from '../../dist/inspect/launch-words.js';
import { LADDER } from '../../dist/kernels/products/ladder/ladder.js';
import { matmulCases } from '../cases/matmul.mjs';
import { FAMILIES } from '../cases.mjs';
import { check } from '../prepare.mjs';
import { oddNetwork } from './odd-network.mjs';
import { oddProducts } from './odd-products.mjs';

/** What a case's name says of the kernel: `conv2d.forward`. */
const kernelOf = ({ name }) => name.split(' ', 1)[0];

export class OddShapes {
  #device;
  #ladder;
  #cases;
  #products;
  /** By kernel, or variant of a product, what is wrong with it. */
  #errors = new Map();

  /**
   * @param {import('../../dist/gpu/device.js').Device} device
   * @param {{ ladder?: object, families?: readonly Function[] }} planted other kernels and cases, for tests
   */
  constructor(device, { ladder = LADDER, families = FAMILIES } = {}) {
    this.#device = device;
    this.#ladder = ladder;
    // Products are held to the specification over a table of their own, whatever case launches them.
    this.#products = oddProducts(device);
    const network = oddNetwork();
    this.#cases = families
      .filter((family) => family !== matmulCases)
      .flatMap((family) => family({ device, network }));
  }

  /**
   * What is wrong with the kernels of a case, if anything is: each is checked once.
   * @param {{ name: string }} wanted
   * @param {readonly import('../../dist/gpu/program/launch.js').Launch[]} launches
   * @returns {Promise<string | undefined>}
   */
  async errorOf(wanted, launches) {
    const variants = new Set(launches.map(variantOf).filter(Boolean));
    for (const variant of variants) {
      const error = await this.#once(variant, () => this.#errorOfVariant(variant));
      if (error) return error;
    }
    const kernel = kernelOf(wanted);
    return this.#once(kernel, () => this.#errorOfKernel(kernel));
  }

  async #once(name, find) {
    if (!this.#errors.has(name)) this.#errors.set(name, await find());
    return this.#errors.get(name);
  }

  async #errorOfKernel(kernel) {
    for (const one of this.#cases.filter((one) => kernelOf(one) === kernel)) {
      const error = await check(this.#device, one);
      if (error) return `${one.name}: ${error}`;
    }
    return undefined;
  }

  async #errorOfVariant(variant) {
    for await (const { name, error } of checkRung(this.#device, this.#ladder[variant], this.#products)) {
      if (!error) continue;
      const { element, got, expected, wrong, compared } = error;
      return `${variant}, ${name}: ${element} is ${got}, expected ${expected}; ${wrong} of ${compared} are wrong`;
    }
    return undefined;
  }
}
