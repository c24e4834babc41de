// Known answers for noLooser on labels, resources and defaults: each field made looser alone on an ordinary spec, with the field that it
// names and the request that it shows.
import { PLAIN_SPEC as S } from "../../model/plain-spec.ts";
import {
  DAY,
  defaults,
  HOUR,
  heat,
  MAIL,
  memory,
  pressure,
  privacy,
  resources,
  VAULT,
} from "../../model/spec-changes.ts";
import { type LooserCase, testLooser } from "../../test/looser-fields.ts";

const CASES: readonly LooserCase[] = [
  [
    "another order of labels",
    privacy({ ladder: ["internal", "public", "confidential", "secret"] }),
    "privacy.ladder",
    null,
  ],
  ["the default label", privacy({ default_label: "public" }), "privacy.default_label", "labelled `public`"],
  [
    "a source taken away",
    privacy({ sources: [MAIL] }),
    "privacy.sources[/home/me/vault/**].label",
    "reads `/home/me/vault/w0`",
  ],
  [
    "a source narrowed",
    privacy({ sources: [{ ...VAULT, path: "/home/me/vault/a/**" }, MAIL] }),
    "privacy.sources[/home/me/vault/**].label",
    "reads `/home/me/vault/w0`",
  ],
  [
    "a label lowered",
    privacy({ sources: [{ ...VAULT, label: "internal" }, MAIL] }),
    "privacy.sources[/home/me/vault/**].label",
    "reads `/home/me/vault/w0`",
  ],
  [
    "trust",
    privacy({ sources: [VAULT, { ...MAIL, trust: "trusted" }] }),
    "privacy.sources[/home/me/mail/**].trust",
    "reads `/home/me/mail/w0`",
  ],
  ["a rule taken away", privacy({ refuse_when: [] }), "privacy.refuse_when[0]", "reads `/home/me/mail`"],
  [
    "a rule that asks for a higher label",
    privacy({ refuse_when: [{ untrusted: true, label_min: "secret", control_not: "owned" }] }),
    "privacy.refuse_when[0]",
    "reads `/home/me/mail`",
  ],
  [
    "a rule masked by clearance",
    privacy({ refuse_when: [] }),
    "privacy.refuse_when[0]",
    null,
    privacy({ refuse_when: [{ untrusted: null, label_min: "secret", control_not: "owned" }] }),
  ],
  [
    "a rule that names one condition more",
    privacy({ refuse_when: [{ untrusted: true, label_min: "secret", control_not: null }] }),
    "privacy.refuse_when[0]",
    "reads `/home/me/mail`",
    privacy({ refuse_when: [{ untrusted: true, label_min: null, control_not: null }] }),
  ],
  [
    "a rule for farther control alone",
    privacy({ refuse_when: [{ untrusted: true, label_min: "internal", control_not: "contracted" }] }),
    "privacy.refuse_when[0]",
    "calls POST https://api.example.com:443/v1/",
  ],
  ["memory", memory({ per_task_max: 2 ** 33 }), "resources.memory.per_task_max", "uses 8 GiB of memory"],
  [
    "committed",
    memory({ committed_max: 8001 }),
    "resources.memory.committed_max",
    "with 80.01 % of memory committed",
  ],
  [
    "the reserve",
    memory({ host_reserve: 2 ** 29 }),
    "resources.memory.host_reserve",
    "with 512 MiB of memory left",
  ],
  ["cpu", resources({ cpu: { per_task_max: 4000 } }), "resources.cpu.per_task_max", "uses 4 cores"],
  ["processes", resources({ processes_max: 257 }), "resources.processes_max", "uses 257 processes"],
  ["time", resources({ time_max: 3_600_000 }), "resources.time_max", "runs for 1 h"],
  ["output", resources({ output_max: 2 ** 27 }), "resources.output_max", "prints 128 MiB"],
  ["heat", heat({ max: 86_000 }), "resources.heat.max", "at 81 C"],
  ["the margin", heat({ margin: 4000 }), "resources.heat.margin", "at 81 C"],
  ["heat against margin", heat({ max: 86_000, margin: 6000 }), "resources.heat.max", null],
  ["margin against heat", heat({ max: 83_000, margin: 4000 }), "resources.heat.margin", null],
  [
    "no sensor",
    heat({ unmeasurable: "cap" }),
    "resources.heat.unmeasurable",
    "on a node without a heat sensor",
  ],
  [
    "pressure",
    pressure({ memory_some_avg10_max: 2050 }),
    "resources.pressure.memory_some_avg10_max",
    "at a memory pressure of 20.5 %",
  ],
  [
    "no pressure figures",
    pressure({ unmeasurable: "pass" }),
    "resources.pressure.unmeasurable",
    "on a node without pressure figures",
  ],
  [
    "calls of a window",
    resources({ budgets: [{ ...HOUR, external_calls: 101 }, DAY] }),
    "resources.budgets[principal 1 h].external_calls",
    "after the same principal spent 100 external calls just before",
  ],
  [
    "calls of a window no longer bound",
    resources({ budgets: [{ ...HOUR, external_calls: null }, DAY] }),
    "resources.budgets[principal 1 h].external_calls",
    "after the same principal spent 100 external calls just before",
  ],
  [
    "bytes of a window",
    resources({ budgets: [{ ...HOUR, bytes_out: 20_971_521 }, DAY] }),
    "resources.budgets[principal 1 h].bytes_out",
    "after the same principal spent 20 MiB out just before",
  ],
  [
    "a window taken away",
    resources({ budgets: [HOUR] }),
    "resources.budgets[node 1 d].bytes_out",
    "after this node spent 200 MiB out 1 h ago",
  ],
  [
    "a window of another scope",
    resources({ budgets: [HOUR, { ...DAY, scope: "spec" }] }),
    "resources.budgets[node 1 d].bytes_out",
    null,
  ],
  [
    "a window of lineages taken away",
    S,
    "resources.budgets[lineage 1 d].external_calls",
    "after the same principal and lineage spent 5 external calls 1 h ago",
    resources({
      budgets: [
        HOUR,
        DAY,
        {
          scope: "lineage",
          window: 86_400_000,
          external_calls: 5,
          bytes_out: null,
          tokens: null,
          money: null,
        },
      ],
    }),
  ],
  [
    "a window of destinations taken away",
    S,
    "resources.budgets[destination 1 m].external_calls",
    "after the same destination spent 5 external calls just before",
    resources({
      budgets: [
        HOUR,
        DAY,
        {
          scope: "destination",
          window: 60_000,
          external_calls: 5,
          bytes_out: null,
          tokens: null,
          money: null,
        },
      ],
    }),
  ],
  [
    "a window that let nothing through taken away",
    S,
    "resources.budgets[spec 1 m].external_calls",
    "scores 99",
    resources({
      budgets: [
        HOUR,
        DAY,
        { scope: "spec", window: 60_000, external_calls: 0, bytes_out: null, tokens: null, money: null },
      ],
    }),
  ],
  [
    "a higher default of memory",
    defaults({ memory: 2 ** 30 }),
    "defaults.memory",
    "declares no memory and uses 1 GiB of memory",
  ],
  ["a higher default of cpu", defaults({ cpu: 1500 }), "defaults.cpu", "declares no cpu and uses 1.5 cores"],
  [
    "a higher default of time",
    defaults({ time: 120_001 }),
    "defaults.time",
    "declares no time and runs for 120001 ms",
  ],
  [
    "a higher default of processes",
    defaults({ processes: 65 }),
    "defaults.processes",
    "declares no processes and uses 65 processes",
  ],
  [
    "a higher default of bytes",
    defaults({ bytes_out: 65_537 }),
    "defaults.bytes_out",
    "declares no bytes out, calls POST https://api.example.com:443/v1/ sending 65537 B",
  ],
  [
    "a first default",
    S,
    "defaults.memory",
    "declares no memory and uses 512 MiB of memory",
    defaults({ memory: null }),
  ],
];

testLooser(CASES);
