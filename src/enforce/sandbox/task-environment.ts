// The variables a task starts with: a fixed set, where its granted model answers, and how it reaches the gate. Nothing is
// inherited.
import type { Grants } from "../../decide/decision.ts";
import { type LoopbackAddress, loopbackAddress } from "../loopback-url.ts";
import { hasNetwork, PROXY_ADDRESS, submitAddress } from "./inside-plan.ts";
import { BUNDLE_PATH } from "./system-root.ts";

/**
 * The environment of a task under `grants`, with `searchPath` as PATH. With a granted model: `WRIT_MODEL_URL` and
 * `WRIT_MODEL` for the first one, and the names that common clients read (`OPENAI_BASE_URL`, `OLLAMA_HOST`). Where it may submit tasks:
 * `WRIT_SUBMIT_URL`. With a call or a raw connection: the gate as proxy, and the bundle of authorities, under the names that common clients read.
 */
export function taskEnvironment(grants: Grants, searchPath: string): Readonly<Record<string, string>> {
  const model = grants.models[0];
  const submits = submitAddress(grants, providersOf(grants));
  return {
    PATH: searchPath,
    HOME: "/tmp",
    TMPDIR: "/tmp",
    LANG: "C.UTF-8",
    ...(model === undefined ? {} : modelVariables(model.url, model.model)),
    ...(submits === null ? {} : { WRIT_SUBMIT_URL: `http://${submits.host}:${submits.port}` }),
    ...(hasNetwork(grants) ? gateVariables(grants) : {}),
  };
}

function providersOf({ models }: Grants): readonly LoopbackAddress[] {
  return models.flatMap(({ url }) => loopbackAddress(url) ?? []);
}

function modelVariables(url: string, model: string): Readonly<Record<string, string>> {
  const base = url.replace(/\/+$/u, "");
  return {
    WRIT_MODEL_URL: base,
    WRIT_MODEL: model,
    OPENAI_BASE_URL: base.endsWith("/v1") ? base : `${base}/v1`,
    OLLAMA_HOST: base,
  };
}

const PROXY_NAMES = ["http_proxy", "https_proxy", "all_proxy"] as const;
/** OpenSSL, curl, Python requests, Node, git, pip, npm, and the AWS and Deno clients. */
const BUNDLE_NAMES = [
  "SSL_CERT_FILE",
  "CURL_CA_BUNDLE",
  "REQUESTS_CA_BUNDLE",
  "NODE_EXTRA_CA_CERTS",
  "GIT_SSL_CAINFO",
  "PIP_CERT",
  "npm_config_cafile",
  "AWS_CA_BUNDLE",
  "DENO_CERT",
] as const;

function gateVariables({ models, submits }: Grants): Readonly<Record<string, string>> {
  const proxy = `http://${PROXY_ADDRESS.host}:${PROXY_ADDRESS.port}`;
  // A model and the submission listener answer at their own addresses, which are not the gate's to forward to.
  const channel = submits === 0 ? [] : [PROXY_ADDRESS.host];
  const direct = [...new Set([...models.map(({ url }) => new URL(url).hostname), ...channel])].join(",");
  return {
    ...Object.fromEntries(
      PROXY_NAMES.flatMap((name) => [name, name.toUpperCase()].map((key) => [key, proxy])),
    ),
    no_proxy: direct,
    NO_PROXY: direct,
    NODE_USE_ENV_PROXY: "1",
    ...Object.fromEntries(BUNDLE_NAMES.map((name) => [name, BUNDLE_PATH])),
  };
}
