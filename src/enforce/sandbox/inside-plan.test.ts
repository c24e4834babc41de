// What is opened inside a namespace: nothing without a grant, and never two sockets on one place.
import { describe, expect, test } from "vitest";
import type { GrantedCall, GrantedOpaque } from "../../decide/decision.ts";
import { insidePlan, RECORDED_PORTS } from "./inside-plan.ts";

const call = (port: number): GrantedCall => ({
  scheme: "https",
  host: "api.example.com",
  port,
  methods: ["GET"],
  path: "/",
  requests_max: 1,
  bytes_out_max: 1,
  bytes_in_max: null,
  content_types: null,
  address: null,
  ca: null,
  inspected: true,
  meter: null,
});
const relay = (port: number): GrantedOpaque => ({
  host: "db.example.com",
  port,
  address: "192.0.2.1",
  connections_max: 1,
  bytes_out_max: 1,
  bytes_in_max: 1,
});
const NONE = { calls: [], opaque: [], records_network: false, submits: 0 };
const MODEL = { host: "127.0.0.1", port: 11_434 };

describe("insidePlan", () => {
  test("opens nothing for nothing, and for a model its own address alone", () => {
    expect(insidePlan(NONE, [])).toEqual({ captures: false, sockets: [] });
    expect(insidePlan(NONE, [MODEL])).toEqual({ captures: false, sockets: [{ kind: "model", ...MODEL }] });
  });

  test("opens proxy, name service, granted and recorded ports for a call, a raw connection, or the record alone", () => {
    for (const [grants, ports] of [
      [{ ...NONE, calls: [call(4443)] }, [...RECORDED_PORTS, 4443]],
      [{ ...NONE, opaque: [relay(4443)], records_network: true }, [...RECORDED_PORTS, 4443]],
      [{ ...NONE, records_network: true }, RECORDED_PORTS.filter((port) => port < 1024)],
    ] as const) {
      const { captures, sockets } = insidePlan(grants, []);
      expect(captures).toBe(true);
      expect(sockets.slice(0, 3)).toEqual([
        { kind: "proxy", host: "127.0.0.1", port: 3128 },
        { kind: "dns_udp", host: null, port: 53 },
        { kind: "dns_tcp", host: null, port: 53 },
      ]);
      const captured = sockets.filter(({ kind }) => kind === "capture").map(({ port }) => port);
      expect(captured).toEqual(ports.toSorted((a, b) => a - b));
    }
  });

  test("takes no port twice, whatever is granted and wherever models answer", () => {
    const grants = { ...NONE, calls: [call(443), call(3128), call(53)], opaque: [relay(22), relay(22)] };
    const { sockets } = insidePlan(grants, [{ host: "127.0.0.1", port: 8080 }]);
    const tcp = sockets.filter(({ kind }) => kind !== "dns_udp").map(({ port }) => port);
    expect(new Set(tcp).size).toBe(tcp.length);
    expect(sockets.filter(({ port }) => port === 8080)).toEqual([
      { kind: "model", host: "127.0.0.1", port: 8080 },
    ]);
  });

  test("is the same for the same ports in another order, so that one made ahead serves both", () => {
    const one = insidePlan({ ...NONE, calls: [call(4443), call(5443)] }, []);
    expect(insidePlan({ ...NONE, calls: [call(5443), call(4443), call(443)] }, [])).toEqual(one);
  });
});
