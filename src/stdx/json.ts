// The JSON data model as types. Not a parser.

/** Any JSON value. Numbers that are hashed or compared are safe integers. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}
