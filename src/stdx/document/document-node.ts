// The tree that a document becomes: scalars, lists and maps with the place each was written at. Not values: what a
// scalar means is for the schema to say.

/** 1-based line, and column in UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export type DocumentNode = ScalarNode | ListNode | MapNode;

/**
 * One scalar. `type` is what the YAML 1.2 core schema (section 10.3.2) makes of it: quoted and block scalars are always
 * text; so are plain `no`, `on` and `off`. `text` is its content as written, unescaped and not converted.
 */
export interface ScalarNode extends Position {
  readonly kind: "scalar";
  readonly type: "text" | "integer" | "float" | "boolean" | "null";
  readonly text: string;
}

export interface ListNode extends Position {
  readonly kind: "list";
  readonly items: readonly DocumentNode[];
}

/** Keys are distinct text, in the order written. */
export interface MapNode extends Position {
  readonly kind: "map";
  readonly entries: ReadonlyMap<string, MapEntry>;
}

export interface MapEntry {
  readonly key: Position;
  readonly value: DocumentNode;
}
