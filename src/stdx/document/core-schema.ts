// What the YAML 1.2 core schema makes of a plain scalar (section 10.3.2). Only the type: nothing is converted, so that
// `0x10`, `1e3` and `.inf` can be told from quantities and refused.
import type { ScalarNode } from "./document-node.ts";

const NULL = /^(?:null|Null|NULL|~|)$/u;
const BOOLEAN = /^(?:true|True|TRUE|false|False|FALSE)$/u;
const INTEGER = /^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$/u;
const FLOAT =
  /^(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/u;

/** The type of the plain scalar `text`. */
export function plainType(text: string): ScalarNode["type"] {
  if (NULL.test(text)) return "null";
  if (BOOLEAN.test(text)) return "boolean";
  if (INTEGER.test(text)) return "integer";
  return FLOAT.test(text) ? "float" : "text";
}
