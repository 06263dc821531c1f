/**
 * ONNX, the format of nets that other programs run: as much of its message types (onnx.proto of https://github.com/onnx/onnx) as is
 * written here, and their bytes.
 */
import protobuf from 'protobufjs/light.js';
import type { Shape } from '../../tensor/shape.js';

const repeated = (type: string, id: number) => ({ rule: 'repeated', type, id });
const one = (type: string, id: number) => ({ type, id });

/** Types that are looked up by the names of these fields. An attribute's value is one of a `oneof`, so that a 0 is written too. */
const MESSAGES = protobuf.Root.fromJSON({
  nested: {
    Model: {
      fields: {
        irVersion: one('int64', 1),
        producerName: one('string', 2),
        producerVersion: one('string', 3),
        graph: one('Graph', 7),
        opsetImport: repeated('Opset', 8),
        metadataProps: repeated('Entry', 14),
      },
    },
    Opset: { fields: { domain: one('string', 1), version: one('int64', 2) } },
    Entry: { fields: { key: one('string', 1), value: one('string', 2) } },
    Graph: {
      fields: {
        node: repeated('Node', 1),
        name: one('string', 2),
        initializer: repeated('Tensor', 5),
        input: repeated('Value', 11),
        output: repeated('Value', 12),
      },
    },
    Node: {
      fields: {
        input: repeated('string', 1),
        output: repeated('string', 2),
        name: one('string', 3),
        opType: one('string', 4),
        attribute: repeated('Attribute', 5),
      },
    },
    Attribute: {
      oneofs: { value: { oneof: ['f', 'i', 's'] } },
      fields: {
        name: one('string', 1),
        f: one('float', 2),
        i: one('int64', 3),
        s: one('bytes', 4),
        ints: repeated('int64', 8),
        type: one('int32', 20),
      },
    },
    Tensor: {
      fields: {
        dims: repeated('int64', 1),
        dataType: one('int32', 2),
        name: one('string', 8),
        rawData: one('bytes', 9),
      },
    },
    Value: { fields: { name: one('string', 1), type: one('Type', 2) } },
    Type: { fields: { tensorType: one('TensorType', 1) } },
    TensorType: { fields: { elemType: one('int32', 1), shape: one('TensorShape', 2) } },
    TensorShape: { fields: { dim: repeated('Dimension', 1) } },
    Dimension: {
      oneofs: { value: { oneof: ['dimValue', 'dimParam'] } },
      fields: { dimValue: one('int64', 1), dimParam: one('string', 2) },
    },
  },
});

/** The number that ONNX gives each type of elements. */
const ELEMENT = { f32: 1, u8: 2, i64: 7 } as const;

/** Types of elements that are written here. */
export type Element = keyof typeof ELEMENT;

/** An attribute of a node: a whole number, several, a text, or a number that need not be whole. */
export type Attribute = number | readonly number[] | string | { readonly float: number };

/** One operation, which has one output. */
export interface Node {
  /** A name in https://onnx.ai/onnx/operators, such as `Conv`. */
  readonly op: string;
  /** Where in the net it is. */
  readonly name: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** Numbers that are part of a net. */
export interface Initializer {
  readonly name: string;
  readonly shape: Shape;
  readonly values: Float32Array | BigInt64Array;
}

/** What goes in or comes out; an axis whose length is left open has a name. */
export interface Port {
  readonly name: string;
  readonly element: Element;
  readonly shape: readonly (number | string)[];
}

export interface OnnxModel {
  readonly name: string;
  /** The version of dawngrad that writes it. */
  readonly version: string;
  readonly nodes: readonly Node[];
  readonly initializers: readonly Initializer[];
  readonly input: Port;
  readonly output: Port;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The operations are those of version 17, which onnxruntime has since 1.12 (2022), in a file of the version that came with them. */
const OPSET = 17;
const IR_VERSION = 8;

/** The bytes of an ONNX file. */
export function encodeOnnx({
  name,
  version,
  nodes,
  initializers,
  input,
  output,
  metadata,
}: OnnxModel): Uint8Array {
  const message = {
    irVersion: IR_VERSION,
    producerName: 'dawngrad',
    producerVersion: version,
    opsetImport: [{ domain: '', version: OPSET }],
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    graph: {
      name,
      node: nodes.map(({ op, name, inputs, output, attributes }) => ({
        name,
        opType: op,
        input: inputs,
        output: [output],
        attribute: Object.entries(attributes).map(attributeMessage),
      })),
      initializer: initializers.map(({ name, shape, values }) => ({
        name,
        dims: shape,
        dataType: ELEMENT[values instanceof Float32Array ? 'f32' : 'i64'],
        rawData: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
      })),
      input: [portMessage(input)],
      output: [portMessage(output)],
    },
  };
  return MESSAGES.lookupType('Model').encode(message).finish();
}

/** What ONNX calls the type of an attribute: 1 float, 2 whole number, 3 text, 7 whole numbers. */
function attributeMessage([name, value]: readonly [string, Attribute]) {
  if (typeof value === 'number') return { name, type: 2, i: value };
  if (typeof value === 'string') return { name, type: 3, s: new TextEncoder().encode(value) };
  return 'float' in value ? { name, type: 1, f: value.float } : { name, type: 7, ints: value };
}

const portMessage = ({ name, element, shape }: Port) => ({
  name,
  type: {
    tensorType: {
      elemType: ELEMENT[element],
      shape: {
        dim: shape.map((length) =>
          typeof length === 'string' ? { dimParam: length } : { dimValue: length },
        ),
      },
    },
  },
});
