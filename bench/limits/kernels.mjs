/** The kernels that find this device's limits, which `dawngrad explain --time` measures too. */
export { arithmetic, copy, matrix, SUBGROUPS, THREADS } from '../../dist/kernels/limits.js';
