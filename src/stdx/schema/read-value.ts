// Reads one document into one canonical value, with every error in the order of the text.
import type { DocumentNode, Position } from "../document/document-node.ts";
import { LANGUAGE_ERRORS_MAX, type LanguageError } from "../document/language-error.ts";
import { err, ok, type Result } from "../result.ts";
import { INVALID, type Schema, type Session } from "./schema.ts";

export interface ReadValueOptions<T> {
  /** What relative paths start from; null: paths are absolute. */
  readonly directory: string | null;
  /** How a dotted path is called in messages; default: as it is. */
  readonly nameOf?: (path: string) => string;
  /** What must hold of the whole value: problems at paths of the value. */
  readonly check?: (value: T) => readonly PathProblem[];
}

/** Something wrong with the part of a value at `path`. */
export interface PathProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly hint: string | null;
}

/** The value of `node`, or its errors: at most LANGUAGE_ERRORS_MAX, by line and column. */
export function readValue<T extends object>(
  schema: Schema<T>,
  node: DocumentNode,
  options: ReadValueOptions<T>,
): Result<T, readonly LanguageError[]> {
  const { directory, nameOf = (path: string) => (path === "" ? "document" : path) } = options;
  const session: Session = { errors: [], origins: new Map(), directory, nameOf };
  const value = schema.read(node, { path: "", session });
  if (value === INVALID) return err(ordered(session.errors));
  const problems = options.check?.(value) ?? [];
  if (problems.length === 0) return ok(value);
  return err(
    ordered(
      problems.map(({ path, message, hint }) => {
        const { line, column } = locate(value, node, path, session.origins);
        return { line, column, message, hint };
      }),
    ),
  );
}

function ordered(errors: readonly LanguageError[]): readonly LanguageError[] {
  return errors.toSorted((a, b) => a.line - b.line || a.column - b.column).slice(0, LANGUAGE_ERRORS_MAX);
}

// Follows the value, not the text: canonical lists are sorted, so that positions in them are not those of the text.
// Where a default was filled in, the place is that of the nearest part that was written.
function locate(
  root: object,
  rootNode: DocumentNode,
  path: readonly (string | number)[],
  origins: ReadonlyMap<object, DocumentNode>,
): Position {
  let value: unknown = root;
  let node = rootNode;
  for (const step of path) {
    const next: unknown = (value as { readonly [key: string | number]: unknown } | null)?.[step];
    const written =
      node.kind === "map" && typeof step === "string" ? node.entries.get(step)?.value : undefined;
    const origin = typeof next === "object" && next !== null ? origins.get(next) : undefined;
    node = origin ?? written ?? node;
    value = next;
  }
  return node;
}
