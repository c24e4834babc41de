// What a gate worker is told of a task: its grants, an authority for their names alone, and values it needs.
import { X509Certificate } from "node:crypto";
import { describe, expect, test } from "vitest";
import { grantsOf } from "../../test/enforce/confined-run.ts";
import type { GrantedCall, GrantedDetectors, GrantedSecret, Grants } from "../decide/decision.ts";
import { WritError } from "../stdx/writ-error.ts";
import { createRoot, type Root } from "./gate/certificates/root.ts";
import { planNetwork, type ValuesPort } from "./network-policy.ts";

const made = createRoot();
const root = (): Promise<Root> => Promise.resolve(made);
const CALL: GrantedCall = {
  scheme: "https",
  host: "api.example.com",
  port: 443,
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
};
const SECRET: GrantedSecret = {
  name: "API_KEY",
  host: "api.example.com",
  port: 443,
  methods: ["GET"],
  paths: ["/"],
  place: { kind: "bearer" },
};
const grants = (part: Partial<Grants>): Grants => ({
  ...grantsOf({ command: ["true"], directory: "/" }),
  ...part,
});
const values: ValuesPort = ({ secrets }) =>
  Promise.resolve({
    secrets: new Map(secrets.filter((name) => name !== "GONE").map((name) => [name, `value of ${name}`])),
    protected: [{ name: "file:1", value: "kept inside" }],
    documents: [{ name: "report", text: "kept as well" }],
    enrolled: { index: "aW5kZXg=", key: "a2V5" },
  });

describe("planNetwork", () => {
  test("asks for no value and makes no authority where nothing is granted", async () => {
    const refuse: ValuesPort = () => Promise.reject(new Error("asked"));
    expect(await planNetwork(grants({ secrets: [SECRET] }), { root, values: refuse })).toBeNull();
  });

  test("gives one placeholder a secret, another for each task, and never the value", async () => {
    const twice = grants({ calls: [CALL], secrets: [SECRET, { ...SECRET, host: "b.example.com" }] });
    const [one, two] = await Promise.all([1, 2].map(() => planNetwork(twice, { root, values })));
    const placeholder = one?.variables["API_KEY"];
    expect(placeholder).toMatch(/^writ-placeholder-[0-9a-f]{48}$/u);
    expect(two?.variables["API_KEY"]).not.toBe(placeholder);
    expect(one?.policy().secrets.map((secret) => [secret.host, secret.value, secret.placeholder])).toEqual([
      ["api.example.com", "value of API_KEY", placeholder],
      ["b.example.com", "value of API_KEY", placeholder],
    ]);
    expect(JSON.stringify(one?.variables)).not.toContain("value of");
    expect(one?.policy().protected).toEqual([{ name: "file:1", value: "kept inside" }]);
  });

  test("hands on protected documents, and what the writ says of detectors and of each call", async () => {
    const detectors: GrantedDetectors = {
      credentials: "refuse",
      opaque: "count",
      personal: [{ group: "email", max: 20 }],
      novel_max: 65_536,
      known_harmless: [],
    };
    const own = { ...CALL, host: "own.example.com", inspected: false };
    const planned = await planNetwork(grants({ calls: [CALL, own], detectors }), { root, values });
    expect(planned?.policy()).toMatchObject({
      calls: [{ inspected: true }, { inspected: false }],
      documents: [{ name: "report", text: "kept as well" }],
      enrolled: { index: "aW5kZXg=", key: "a2V5" },
      detectors,
    });
    const none = await planNetwork(grants({ calls: [CALL] }), { root, values });
    expect(none?.policy().detectors).toBeNull();
  });

  test("makes an authority for names over TLS alone, below the root", async () => {
    const plain = { ...CALL, scheme: "http", host: "localhost", address: "127.0.0.1" } as const;
    expect((await planNetwork(grants({ calls: [plain] }), { root, values }))?.policy().authority).toBeNull();
    const planned = await planNetwork(grants({ calls: [CALL, plain] }), { root, values });
    const authority = new X509Certificate(planned?.policy().authority?.certificate ?? "");
    expect(authority.checkIssued(new X509Certificate(made.certificate))).toBe(true);
  });

  test("refuses a credential without a value, and passes on why values cannot be used", async () => {
    const gone = grants({ calls: [CALL], secrets: [{ ...SECRET, name: "GONE" }] });
    await expect(planNetwork(gone, { root, values })).rejects.toMatchObject({
      code: "WRIT_LAUNCH_FAILED",
      message: "the secret `GONE` has no value here",
    });
    const broken: ValuesPort = () =>
      Promise.reject(new WritError("WRIT_SECRET_UNUSABLE", "unusable", { hint: "" }));
    const recorded = await planNetwork(grants({ records_network: true }), { root, values: broken });
    expect(recorded?.policy()).toMatchObject({ calls: [], opaque: [], protected: null, documents: [] });
    await expect(planNetwork(grants({ calls: [CALL] }), { root, values: broken })).rejects.toThrow(
      "unusable",
    );
    const fault: ValuesPort = () => Promise.reject(new TypeError("a fault of ours"));
    await expect(planNetwork(grants({ records_network: true }), { root, values: fault })).rejects.toThrow(
      "a fault of ours",
    );
  });
});
