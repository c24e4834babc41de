// Graphics cards: what amdgpu's files and NVIDIA's program tell of heat and memory, and what is made of their silence.
import { describe, expect, it } from "vitest";
import { capturedTree } from "../../../test/captured-tree.ts";
import { HEAT_MACHINES, NVIDIA_SMI } from "../../../test/heat-machines.ts";
import { createObserver } from "../observe.ts";
import { askNvidiaCards, hasNvidiaCards, parseNvidiaCards } from "./nvidia-cards.ts";
import { amdgpuMemory, videoMemory } from "./video-memory.ts";

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;

describe("amdgpuMemory", () => {
  it("adds up cards, and is unmeasurable with one that makes no sense or none", () => {
    const roots = capturedTree(HEAT_MACHINES.amdgpu);
    const expected = { state: "measured", total: 24 * GIB, used: 6 * GIB, cards: 1 };
    expect(videoMemory(amdgpuMemory(roots))).toEqual(expected);
    for (const used of ["", "x", `${25 * GIB}`]) {
      const broken = capturedTree({
        ...HEAT_MACHINES.amdgpu,
        "sys/class/drm/card0/device/mem_info_vram_used": used,
      });
      expect(videoMemory(amdgpuMemory(broken))).toEqual({
        state: "unmeasurable",
        cause: "card0 does not tell its memory",
      });
    }
    expect(videoMemory(amdgpuMemory(capturedTree(HEAT_MACHINES.none))).state).toBe("unmeasurable");
  });
});

describe("parseNvidiaCards", () => {
  it("reads every card", () => {
    const { readings, memory } = parseNvidiaCards(NVIDIA_SMI);
    expect(readings.map(({ sensor, milli }) => [sensor, milli])).toEqual([
      ["nvidia NVIDIA GeForce RTX 4090", { ok: true, value: 67_000 }],
      ["nvidia NVIDIA RTX A2000", { ok: true, value: 41_000 }],
    ]);
    const expected = { state: "measured", total: (24_564 + 6138) * MIB, used: (8123 + 12) * MIB, cards: 2 };
    expect(videoMemory(memory)).toEqual(expected);
  });

  it.each([
    ["0, Tesla T4, [N/A], 15360, 2", "reads no number", true],
    ["0, Tesla T4, 200, 15360, 2", "reads 200 C", true],
    ["0, Tesla T4, -40, 15360, 2", "reads -40 C", true],
    ["0, Tesla T4, 50, [Not Supported], 2", null, false],
    ["0, Tesla T4, 50, 15360, 15361", null, false],
    ["0, Tesla T4, 50, 0, 0", null, false],
    ["", "cannot be read: nvidia-smi lists no cards", false],
    ["No devices were found", "cannot be read: nvidia-smi lists no cards", false],
    ["x, Tesla T4, 50, 15360, 2", "cannot be read: nvidia-smi lists no cards", false],
  ])("says what it cannot read of %j", (text, why, memory) => {
    const cards = parseNvidiaCards(text);
    expect(cards.readings).toHaveLength(1);
    expect(cards.readings[0]?.milli).toEqual(
      why === null ? { ok: true, value: 50_000 } : { ok: false, error: why },
    );
    expect(videoMemory(cards.memory).state).toBe(memory ? "measured" : "unmeasurable");
  });
});

describe("askNvidiaCards", () => {
  it("takes no program but one that root alone can change, and silence for an unreadable card", async () => {
    const roots = capturedTree(HEAT_MACHINES.nvidia);
    expect([hasNvidiaCards(roots), hasNvidiaCards(capturedTree(HEAT_MACHINES.amdgpu))]).toEqual([
      true,
      false,
    ]);
    const asked: string[] = [];
    const run = async (file: string): Promise<string | null> => {
      asked.push(file);
      return file === "/usr/bin/true" ? null : NVIDIA_SMI;
    };
    const none = await askNvidiaCards(run, ["/nowhere/nvidia-smi", "/tmp", `${roots.proc}/driver`]);
    expect([asked, none.readings[0]?.milli.ok]).toEqual([[], false]);
    expect((await askNvidiaCards(run, ["/usr/bin/true"])).memory[0]).toEqual({
      ok: false,
      error: "nvidia-smi does not answer",
    });
    expect((await askNvidiaCards(run, ["/usr/bin/env"])).readings).toHaveLength(2);
    expect(asked).toEqual(["/usr/bin/true", "/usr/bin/env"]);
  });

  it("makes heat unmeasurable on a node whose card does not answer, and asks nobody elsewhere", async () => {
    const asked: string[] = [];
    const run = async (file: string): Promise<string | null> => {
      asked.push(file);
      return null;
    };
    const nodeOf = (tree: keyof typeof HEAT_MACHINES): Promise<unknown> =>
      createObserver({
        clock: () => 0,
        roots: capturedTree(HEAT_MACHINES[tree]),
        platform: "linux",
        run,
      }).node();
    const cause = expect.stringMatching(/^nvidia card cannot be read: nvidia-smi /);
    expect(await nodeOf("nvidia")).toMatchObject({
      heat: { state: "unmeasurable", cause },
      vram: { state: "unmeasurable" },
    });
    asked.length = 0;
    expect(await nodeOf("amdgpu")).toMatchObject({
      heat: { state: "measured" },
      vram: { total: 24 * GIB },
    });
    expect(await nodeOf("intelServer")).not.toHaveProperty("vram");
    expect(asked).toEqual([]);
  });
});
