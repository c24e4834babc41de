// Words of both languages that name places: hosts, ports, URLs and paths, each in the one form that `names/` gives it.

import { addressClass } from "../names/address.ts";
import { canonicalHost, hostInUrl } from "../names/host.ts";
import { canonicalHostPattern, isWildcard } from "../names/host-pattern.ts";
import type { NameError } from "../names/name-error.ts";
import { canonicalPath, canonicalPathPattern } from "../names/path.ts";
import { canonicalTcpTarget, isTcpTarget } from "../names/tcp-target.ts";
import { canonicalUrl } from "../names/url.ts";
import { canonicalUrlPath } from "../names/url-path.ts";
import type { JsonObject } from "../stdx/json.ts";
import { err, ok, type Result } from "../stdx/result.ts";
import { count, type WordProblem, word } from "../stdx/schema/scalars.ts";
import type { Schema } from "../stdx/schema/schema.ts";

const TEXT: JsonObject = { type: "string", minLength: 1 };

/** An exact host or `*.suffix`. */
export function hostPattern(): Schema<string> {
  return word({ noun: "a host", json: TEXT, parse: (text) => named(canonicalHostPattern(text)) });
}

/** An exact host. */
export function exactHost(): Schema<string> {
  return word({
    noun: "a host",
    json: TEXT,
    parse(text) {
      const host = canonicalHostPattern(text);
      if (!host.ok) return err(problem(host.error));
      return isWildcard(host.value)
        ? err({ expected: "a wildcard, where one host is meant", hint: "name each host by itself" })
        : host;
    },
  });
}

/** An IP address: IPv4 as four plain decimals, IPv6 as in RFC 5952, without brackets. */
export function pinnedAddress(): Schema<string> {
  return word({
    noun: "an IP address",
    json: TEXT,
    parse(text) {
      const host = canonicalHost(text);
      if (!host.ok) return err(problem(host.error));
      return host.value.kind === "name"
        ? err({
            expected: "a name, where an address is meant",
            hint: "write an IP address, such as `10.0.0.5`",
          })
        : ok(host.value.name);
    },
  });
}

/** A TCP port, 1 to 65535 (RFC 9293 section 3.1). */
export function port(): Schema<number> {
  return count({ min: 1, max: 65_535 });
}

/** The path of a URL, or the prefix of one. */
export function urlPath(): Schema<string> {
  return word({
    noun: "a path that starts with `/`",
    json: { type: "string", pattern: "^/" },
    parse: (text) =>
      text === "" ? err({ expected: "a path starts with `/`" }) : named(canonicalUrlPath(text)),
  });
}

/** The target of a declared call: `https://host:port/path`, or `tcp://host:port` for a raw connection. */
export function callUrl(): Schema<string> {
  return word({
    noun: "a URL",
    json: { type: "string", pattern: "^([hH][tT][tT][pP][sS]?|[tT][cC][pP])://" },
    parse(text) {
      if (isTcpTarget(text)) {
        const target = canonicalTcpTarget(text);
        return target.ok ? ok(target.value.text) : err(problem(target.error));
      }
      const url = canonicalUrl(text);
      return url.ok ? ok(url.value.text) : err(problem(url.error));
    },
  });
}

/**
 * The origin of a server on this node, `http://127.0.0.1:11434`. Only loopback addresses: a name, `localhost` too, means
 * what a file of the machine says it means.
 */
export function loopbackUrl(): Schema<string> {
  return word({
    noun: "a URL",
    json: { type: "string", pattern: "^[hH][tT][tT][pP]://" },
    parse: loopbackOrigin,
  });
}

function loopbackOrigin(text: string): Result<string, WordProblem> {
  const url = canonicalUrl(text);
  if (!url.ok) return err(problem(url.error));
  const { scheme, host, port, path } = url.value;
  if (scheme !== "http")
    return err({ expected: "a server on this node is reached over plain http", hint: "write `http://`" });
  if (addressClass(host.name) !== "loopback") {
    return err({
      expected: "a provider is on this node",
      hint: "write its loopback address, such as `http://127.0.0.1:11434`",
    });
  }
  if (path !== "/")
    return err({ expected: "a provider is named without a path", hint: "drop everything after the port" });
  return ok(`${scheme}://${hostInUrl(host)}:${port}`);
}

/** Where a witness takes checkpoints: `http://127.0.0.1:8391`, `https://witness.example.org/w1`, without a slash at its end. */
export function witnessUrl(): Schema<string> {
  return word({
    noun: "a URL",
    json: { type: "string", pattern: "^[hH][tT][tT][pP][sS]?://" },
    parse(text) {
      const url = canonicalUrl(text);
      return url.ok ? ok(url.value.text.replace(/\/$/, "")) : err(problem(url.error));
    },
  });
}

/** An absolute file path. */
export function absolutePath(): Schema<string> {
  return word({
    noun: "an absolute path",
    json: { type: "string", pattern: "^/" },
    parse(text) {
      if (text !== "" && !text.startsWith("/") && !text.startsWith("~")) {
        return err({ expected: "a path that is not absolute", hint: "start it with `/`" });
      }
      return named(canonicalPath(text, "/"));
    },
  });
}

/** An absolute file path, or one and `/**` for everything below it. */
export function pathPattern(): Schema<string> {
  return word({
    noun: "an absolute path",
    json: { type: "string", pattern: "^/" },
    parse: (text) => named(canonicalPathPattern(text)),
  });
}

/** A file path; a relative one starts from the directory of the reading. */
export function anyPath(): Schema<string> {
  return word({
    noun: "a path",
    json: TEXT,
    parse: (text, reading) => named(canonicalPath(text, reading.session.directory ?? "/")),
  });
}

function named(result: Result<string, NameError>): Result<string, WordProblem> {
  return result.ok ? result : err(problem(result.error));
}

function problem(error: NameError): WordProblem {
  return { expected: error.detail, hint: error.hint };
}
