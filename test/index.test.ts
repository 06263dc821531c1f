import { expect, it } from 'vitest';
import * as dawngrad from '../src/index.js';

/** What a user can import, by what it is for. A name that comes or goes does so here too. */
const PUBLIC = {
  'devices and tensors':
    'Device Tensor arange eye from fromArray full keep linspace listAdapters ones onesLike randn randomState tidy uniform ' +
    'zeros zerosLike',
  ops:
    'adaptiveAvgPool2d add avgPool2d backward batchNorm2d cast conv2d crossEntropy divide dropout dropout2d flatten globalAvgPool2d gradcheck linear ' +
    'div mul sub argmax bceWithLogits mseLoss logSigmoid logSoftmax max min softmax ' +
    'convTranspose2d groupNorm interpolate layerNorm ' +
    'concat pad permute slice squeeze stack transpose unsqueeze ' +
    'abs clamp exp gelu leakyRelu log neg pow sigmoid silu sqrt tanh ' +
    'eq ge gt le lt ne maximum minimum where clone detach embedding expand gather indexSelect nllLoss oneHot topk ' +
    'localConv2d localResponseNorm matmul maxPool2d maxout mean multiply noGrad relu reshape scale subtract sum',
  'own ops': 'customOp defineKernel launch linearGrid maskOf opTest putOnTape',
  layers:
    'AdaptiveAvgPool2d AvgPool2d BatchNorm2d Conv2d ConvTranspose2d CrossEntropyLoss Dropout Dropout2d Embedding Flatten GELU GlobalAvgPool2d GroupNorm Identity ' +
    'LayerNorm LeakyReLU Linear LocalConv2d LocalResponseNorm LogSoftmax MaxPool2d Maxout MlpConv Module Parameter ReLU Sequential ' +
    'SiLU Sigmoid Softmax Tanh Upsample init stateBuffer',
  models: 'ConvMaxout HintonCnn NetworkInNetwork models',
  optimizers: 'Adam AdamW AveragedModel GradScaler Optimizer RMSprop SGD clipGradNorm clipGradValue schedule',
  data:
    'BatchLoader DATASET_NAMES DOWNLOADABLE Preprocessing dataset detectDataset download glyphs imageFolder inMemory loadDataset ' +
    'normalisationOf readImage take',
  training:
    'Deadline NO_SCORE PRESET_NAMES RunDirectory SavedModel Trainer addScores checkpointOf chooseConfig decodeSafetensors ' +
    'loadWeights saveWeights exportOnnx deviceSettings encodeSafetensors errorOf evaluate formatTestError loadRunData lossOf parseConfig readCheckpoint ' +
    'readMetrics readPreprocessing readProbeMetrics readRecipe readResult recipeNames runTraining runWithRetraining',
  inspection: 'withOrigins',
  errors:
    'AdapterError ArgumentError DataError DawngradError DeviceLostError DivergedError FileError GpuValidationError ' +
    'LimitError MissingDataError NotFiniteError OutOfMemoryError RunError ShaderError ShapeError',
};

it('the package exports these names, and no others', () => {
  const names = Object.values(PUBLIC).flatMap((list) => list.split(' '));
  expect(Object.keys(dawngrad).sort()).toEqual(names.sort());
});
