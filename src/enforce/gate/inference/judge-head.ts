// Judges a request's head before any of its body is read: one reading only, inference or listing only. Looks at the
// raw headers, since Node folds and drops duplicates.
import type { IncomingMessage } from "node:http";
import type { GrantedModel } from "../../../decide/decision.ts";
import { err, ok, type Result } from "../../../stdx/result.ts";
import { BODY_MAX } from "./bounds.ts";
import { isInferencePath, isListingPath } from "./inference-paths.ts";
import { type Refusal, refusal } from "./refusal.ts";

/** What a request with an acceptable head asks for; `path` is one of the allow-list's own strings. */
export interface AskedHead {
  readonly asks: "inference" | "listing";
  readonly path: string;
}

/** The request's intent, or the first reason why it is refused. Never throws. */
export function judgeHead(request: IncomingMessage, kind: GrantedModel["kind"]): Result<AskedHead, Refusal> {
  const framing = judgeFraming(request);
  if (framing !== null) return err(framing);
  const path = request.url ?? "";
  const method = request.method ?? "";
  if (!path.startsWith("/")) {
    return err(
      refusal(
        "not_origin_form",
        path,
        "a path that starts with /",
        "this listener is a provider, not a proxy",
      ),
    );
  }
  if (method === "GET" && isListingPath(kind, path)) return judgeListing(request, path);
  if (!isInferencePath(kind, path)) {
    return err(refusal("path_not_inference", path, inferenceExample(kind), "ask for inference only"));
  }
  if (method !== "POST") return err(refusal("method_not_allowed", method, "POST", `use POST ${path}`));
  const declared = Number(request.headers["content-length"] ?? 0);
  if (declared > BODY_MAX) {
    return err(refusal("body_over_limit", declared, BODY_MAX, "send a shorter request"));
  }
  return ok({ asks: "inference", path });
}

/** Whether a request can be read in one way only; else why not. */
export function judgeFraming(request: IncomingMessage): Refusal | null {
  const hosts = count(request, "host");
  if (hosts !== 1) return refusal("host_not_single", hosts, 1, "send one Host header");
  if (count(request, "upgrade") > 0) {
    return refusal("upgrade_refused", "an Upgrade header", "none", "use plain HTTP/1.1");
  }
  const lengths = count(request, "content-length");
  const transfers = count(request, "transfer-encoding");
  if (lengths + transfers > 1) {
    return refusal(
      "framing_ambiguous",
      lengths + transfers,
      1,
      "send one Content-Length, or one Transfer-Encoding",
    );
  }
  const transfer = request.headers["transfer-encoding"];
  if (transfer !== undefined && transfer.toLowerCase() !== "chunked") {
    return refusal("framing_ambiguous", transfer, "chunked", "send one Content-Length");
  }
  const encoding = request.headers["content-encoding"];
  if (encoding !== undefined) {
    return refusal("encoding_refused", encoding, "no Content-Encoding", "send the body as it is");
  }
  return null;
}

function judgeListing(request: IncomingMessage, path: string): Result<AskedHead, Refusal> {
  const length = request.headers["content-length"];
  const hasBody =
    (length !== undefined && length !== "0") || request.headers["transfer-encoding"] !== undefined;
  if (hasBody)
    return err(refusal("body_unexpected", "a GET with a body", "no body", `use GET ${path} without a body`));
  return ok({ asks: "listing", path });
}

function inferenceExample(kind: GrantedModel["kind"]): string {
  return kind === "ollama" ? "POST /api/chat" : "POST /v1/chat/completions";
}

/** How often the header was really sent. */
function count(request: IncomingMessage, name: string): number {
  let found = 0;
  for (let at = 0; at < request.rawHeaders.length; at += 2) {
    if (request.rawHeaders[at]?.toLowerCase() === name) found++;
  }
  return found;
}
