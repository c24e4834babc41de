// The network parts of random specs: certificates by their shape, secrets, raw connections, and how a spec is fitted to what
// the floor says of them. Not specs (arbitrary-spec.ts).
import * as fc from "fast-check";
import type { Endpoint, SecretBinding, Spec } from "../src/spec/spec.ts";
import { arbitraryBytes, HOSTS, LABELS, METHODS, SECRETS, someOf, URL_PATHS } from "./spec-universe.ts";

const PLAIN = { noNullPrototype: true } as const;

/** One secret; where it goes is fitted to the endpoints by `withPlaces`. */
export function arbitrarySecret(): fc.Arbitrary<SecretBinding> {
  return fc.record(
    {
      name: fc.constantFrom(...SECRETS),
      file: fc.constantFrom("/home/me/keys/one", "/with space/ünïcode"),
      for: fc.record(
        {
          host: fc.constantFrom(...HOSTS),
          port: fc.constantFrom(443, 8443),
          methods: fc.oneof(fc.constant(METHODS), someOf(METHODS)),
          paths: fc.oneof(fc.constant(["/"]), someOf(URL_PATHS)),
          place: fc.constantFrom("bearer", "basic", "header x-api-key", "json api_key"),
        },
        PLAIN,
      ),
    },
    PLAIN,
  );
}

/** A certificate by its shape alone: one DER SEQUENCE of `size` bytes of content, each `filling`. */
function shapedCertificate(size: number, filling: number): string {
  const der = Buffer.concat([Buffer.from([0x30, 0x82, size >> 8, size & 0xff]), Buffer.alloc(size, filling)]);
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}

const ONE = shapedCertificate(300, 1);
const TWO = shapedCertificate(301, 2);
export const CERTIFICATES: readonly string[] = [ONE, TWO, [ONE, TWO].sort().join("")];
export const MEDIA_TYPES = ["application/json", "application/vnd.api+json", "text/plain"] as const;

/** What opaque endpoints may pass. */
export function arbitraryOpaque(): fc.Arbitrary<NonNullable<Endpoint["opaque"]>> {
  return fc.record(
    { max_label: fc.constantFrom(...LABELS), bytes_out: arbitraryBytes(), bytes_in: arbitraryBytes() },
    PLAIN,
  );
}

/** The floor: entries that overlap do not exclude each other, a secret has its endpoint, a principal only bound secrets. */
export function withPlaces(spec: Spec): Spec {
  const { endpoints, secrets } = spec.sovereignty;
  const wildPorts = endpoints.filter(({ host }) => host.startsWith("*")).map(({ port }) => port);
  const fitted = endpoints.map((endpoint) =>
    wildPorts.includes(endpoint.port) ? { ...endpoint, address: null, ca: null, opaque: null } : endpoint,
  );
  const named = fitted.filter(({ host, opaque }) => !host.startsWith("*") && opaque === null);
  const bound = secrets.flatMap((secret, at) => {
    const endpoint = named[at % Math.max(1, named.length)];
    if (endpoint === undefined) return [];
    return [{ ...secret, for: { ...secret.for, host: endpoint.host, port: endpoint.port } }];
  });
  const names = new Set(bound.map(({ name }) => name));
  return {
    ...spec,
    principals: spec.principals.map((principal) => ({
      ...principal,
      secrets: principal.secrets.filter((name) => names.has(name)),
    })),
    sovereignty: { ...spec.sovereignty, endpoints: fitted, secrets: bound },
  };
}

/** The floor: to one address, and nothing private to what is not owned. */
export function opaqueAboveFloor(
  { opaque, address, control }: Endpoint,
  known: (label: string) => string,
  lowest: string,
): Endpoint["opaque"] {
  if (opaque === null || address === null) return null;
  return { ...opaque, max_label: control === "owned" ? known(opaque.max_label) : lowest };
}
