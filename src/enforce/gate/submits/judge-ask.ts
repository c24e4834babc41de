// Reads one request of the submission listener: a closed set of methods, paths and queries, one reading only. Not the body.
import type { IncomingMessage } from "node:http";
import { err, ok, type Result } from "../../../stdx/result.ts";
import { judgeFraming } from "../inference/judge-head.ts";
import { type SubmitRefusal, submitRefusal } from "./refusal.ts";

/** What a request with an acceptable head asks for. */
export type AskedTask =
  | { readonly op: "submit"; readonly format: "yaml" | "json"; readonly wait: boolean }
  | { readonly op: "look"; readonly child: number; readonly wait: boolean }
  | { readonly op: "cancel"; readonly child: number };

const PLACE = "POST /v1/tasks, GET or DELETE /v1/tasks/ID";
/** A child's number has no leading zero and at most seven digits: more children than that are never granted. */
const CHILD = /^\/v1\/tasks\/([1-9][0-9]{0,6})$/u;

/** The request's intent, or the first reason why it is refused. Never throws. */
export function judgeAsk(request: IncomingMessage): Result<AskedTask, SubmitRefusal> {
  const framing = judgeFraming(request);
  if (framing !== null) return err(framing);
  const [path, query] = splitOnce(request.url ?? "", "?");
  const wait = waitOf(query);
  if (wait === null) return refuse("query_unknown", query ?? "", "wait=1");
  const method = request.method ?? "";
  if (path === "/v1/tasks") {
    if (method !== "POST") return refuse("method_not_allowed", method, "POST");
    const format = formatOf(request.headers["content-type"] ?? "");
    if (format === null)
      return refuse(
        "content_type_unknown",
        request.headers["content-type"] ?? "",
        "application/json or application/yaml",
      );
    return ok({ op: "submit", format, wait });
  }
  const child = CHILD.exec(path)?.[1];
  if (child === undefined) return refuse("path_unknown", path, PLACE);
  if (hasBody(request)) return refuse("body_unexpected", "a body", "no body");
  if (method === "GET") return ok({ op: "look", child: Number(child), wait });
  if (method === "DELETE" && !wait) return ok({ op: "cancel", child: Number(child) });
  return refuse("method_not_allowed", method, "GET or DELETE");
}

function refuse(
  cause: Parameters<typeof submitRefusal>[0],
  measured: string,
  limit: string,
): Result<never, SubmitRefusal> {
  return err(submitRefusal(cause, measured, limit, `use ${PLACE}`));
}

function splitOnce(text: string, at: string): readonly [string, string | null] {
  const found = text.indexOf(at);
  return found === -1 ? [text, null] : [text.slice(0, found), text.slice(found + 1)];
}

function waitOf(query: string | null): boolean | null {
  if (query === null || query === "wait=0") return false;
  return query === "wait=1" ? true : null;
}

/** RFC 8259 and RFC 9512 name these; without one it is YAML, which JSON is too. */
function formatOf(type: string): "yaml" | "json" | null {
  const bare = (type.split(";")[0] ?? "").trim().toLowerCase();
  if (bare === "application/json") return "json";
  return bare === "" || bare === "application/yaml" || bare === "text/yaml" ? "yaml" : null;
}

function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers["content-length"];
  return (length !== undefined && length !== "0") || headers["transfer-encoding"] !== undefined;
}
