// Heat as trees of real kinds of machine show it: the hottest sensor that heat is known by, or unmeasurable with which sensor
// and why; never a low temperature for want of one.
import { describe, expect, it } from "vitest";
import { capturedTree, type Tree } from "../../../test/captured-tree.ts";
import { HEAT_MACHINES } from "../../../test/heat-machines.ts";
import { observeHeat } from "./observe-heat.ts";

const heatOf = (tree: Tree, change: Tree = {}): ReturnType<typeof observeHeat> =>
  observeHeat(capturedTree({ ...tree, ...change }), "linux");

describe("observeHeat", () => {
  it("takes the processor of a laptop, and leaves out what its board never measured and its radio that is off", () => {
    expect(heatOf(HEAT_MACHINES.laptop)).toEqual({
      state: "measured",
      celsius_milli: 61_000,
      sensor: "coretemp Package id 0",
      critical: { sensor: "coretemp Package id 0", celsius_milli: 61_000, limit_milli: 100_000 },
      left_out: [
        { sensor: "acpitz temp2", why: "reads 0 C" },
        { sensor: "iwlwifi_1 temp1", why: "reads empty" },
      ],
    });
  });

  it("takes the die of an AMD desktop, the drive that is closer to its own limit, and no open input of its board", () => {
    expect(heatOf(HEAT_MACHINES.amdDesktop)).toEqual({
      state: "measured",
      celsius_milli: 58_625,
      sensor: "k10temp Tctl",
      critical: { sensor: "nvme Composite", celsius_milli: 43_850, limit_milli: 84_850 },
    });
  });

  it("takes the hotter socket of a server", () => {
    expect(heatOf(HEAT_MACHINES.intelServer)).toMatchObject({ sensor: "coretemp Package id 0" });
    const other = { "sys/class/hwmon/hwmon1/temp2_input": "71000\n" };
    expect(heatOf(HEAT_MACHINES.intelServer, other)).toMatchObject({
      celsius_milli: 71_000,
      sensor: "coretemp Core 0",
      critical: { limit_milli: 95_000 },
    });
  });

  it("takes the critical point of a Raspberry Pi from its zone", () => {
    expect(heatOf(HEAT_MACHINES.raspberryPi)).toEqual({
      state: "measured",
      celsius_milli: 55_017,
      sensor: "cpu_thermal temp1",
      critical: { sensor: "cpu-thermal", celsius_milli: 55_017, limit_milli: 110_000 },
    });
  });

  it("takes the hottest part of a graphics card", () => {
    const expected = { celsius_milli: 78_000, sensor: "amdgpu junction", critical: { limit_milli: 110_000 } };
    expect(heatOf(HEAT_MACHINES.amdgpu)).toMatchObject(expected);
  });

  it("leaves a card asleep, and is unmeasurable when it is awake and silent", () => {
    const silent = { "sys/class/hwmon/hwmon1/temp1_input": "" };
    const asleep = { ...silent, "sys/class/hwmon/hwmon1/device/power/runtime_status": "suspended\n" };
    expect(heatOf(HEAT_MACHINES.amdgpu, silent)).toMatchObject({ cause: "amdgpu edge reads empty" });
    expect(heatOf(HEAT_MACHINES.amdgpu, asleep)).toMatchObject({ sensor: "k10temp Tctl" });
  });

  it("is unmeasurable without any sensor, without one of a processor, and on macOS", () => {
    expect(heatOf(HEAT_MACHINES.none)).toEqual({ state: "unmeasurable", cause: "no temperature sensor" });
    const drive = {
      "sys/class/hwmon/hwmon0/name": "nvme\n",
      "sys/class/hwmon/hwmon0/temp1_input": "38000\n",
    };
    expect(heatOf(drive)).toEqual({
      state: "unmeasurable",
      cause: "no plausible reading from a processor's sensor or its board's",
    });
    expect(observeHeat(capturedTree(HEAT_MACHINES.laptop), "darwin")).toEqual({
      state: "unmeasurable",
      cause: "no heat reader for darwin",
    });
  });

  it("measures cold rooms too, and takes a zone alone", () => {
    const cold = { "sys/class/hwmon/hwmon0/temp1_input": "-5000\n" };
    expect(heatOf(cold)).toEqual({ state: "measured", celsius_milli: -5000, sensor: "hwmon0 temp1" });
    const zone = {
      "sys/class/thermal/thermal_zone3/type": "cpu-thermal\n",
      "sys/class/thermal/thermal_zone3/temp": "72000\n",
    };
    expect(heatOf(zone)).toEqual({ state: "measured", celsius_milli: 72_000, sensor: "cpu-thermal" });
  });

  it.each([
    ["0", "reads 0 C"],
    ["-40000", "reads -40 C"],
    ["200000", "reads 200 C"],
    ["-273150", "reads -273.15 C"],
    ["150000", "reads 150 C"],
    ["4294967295", "reads no number"],
    ["1e9", "reads no number"],
    ["NaN", "reads no number"],
    ["", "reads empty"],
    ["hot", "reads no number"],
    ["61250 61250", "reads no number"],
    ["0x20", "reads no number"],
    ["61.5", "reads no number"],
  ])("is unmeasurable when a processor's sensor says %j, whatever the others say", (text, why) => {
    const heat = heatOf(HEAT_MACHINES.intelServer, { "sys/class/hwmon/hwmon1/temp1_input": `${text}\n` });
    const sensor = "coretemp Package id 1";
    expect(heat).toEqual({
      state: "unmeasurable",
      cause: `${sensor} ${why}`,
      left_out: [{ sensor, why }],
    });
  });

  it("is unmeasurable when a sensor reports a fault, or cannot be read", () => {
    const faulty = { "sys/class/hwmon/hwmon1/temp1_fault": "1\n" };
    expect(heatOf(HEAT_MACHINES.amdDesktop, faulty)).toMatchObject({
      cause: "k10temp Tctl reports a fault",
    });
    const dangling = { "sys/class/hwmon/hwmon1/temp1_input": "-> nowhere" };
    expect(heatOf(HEAT_MACHINES.amdDesktop, dangling)).toMatchObject({
      cause: "k10temp Tctl cannot be read",
    });
  });

  it("takes no critical point that makes no sense", () => {
    for (const crit of ["0", "-1", "5000", "65261850", "x"]) {
      const heat = heatOf(HEAT_MACHINES.amdgpu, {
        "sys/class/hwmon/hwmon1/temp1_crit": `${crit}\n`,
        "sys/class/hwmon/hwmon1/temp2_crit": `${crit}\n`,
        "sys/class/hwmon/hwmon1/temp3_crit": `${crit}\n`,
      });
      expect(heat).not.toHaveProperty("critical");
      expect(heat).toHaveProperty("state", "measured");
    }
  });

  it("shows a driver's words without what could disturb a terminal", () => {
    const label = { "sys/class/hwmon/hwmon1/temp1_label": `\u001b[31m${"x".repeat(500)}\n` };
    const heat = heatOf(HEAT_MACHINES.amdDesktop, label);
    expect(heat).toMatchObject({ sensor: expect.stringMatching(/^k10temp [\x20-\x7e]{1,64}$/) });
  });
});
