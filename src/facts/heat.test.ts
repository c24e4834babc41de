// Heat as captured trees show it: the hottest plausible sensor, or unmeasurable with its cause; never a low temperature
// for want of a sensor.
import { describe, expect, it } from "vitest";
import { capturedTree, type Tree } from "../../test/captured-tree.ts";
import { observeHeat } from "./heat.ts";

const laptop: Tree = {
  "sys/class/hwmon/hwmon0/name": "acpitz\n",
  "sys/class/hwmon/hwmon0/temp1_input": "45000\n",
  "sys/class/hwmon/hwmon2/name": "k10temp\n",
  "sys/class/hwmon/hwmon2/temp1_input": "61250\n",
  "sys/class/hwmon/hwmon2/temp1_label": "Tctl\n",
  "sys/class/hwmon/hwmon2/temp1_crit": "95000\n",
  "sys/class/hwmon/hwmon10/name": "nvme\n",
  "sys/class/hwmon/hwmon10/temp1_input": "38850\n",
  "sys/class/hwmon/hwmon10/in0_input": "99999\n",
  "sys/class/thermal/thermal_zone0/type": "x86_pkg_temp\n",
  "sys/class/thermal/thermal_zone0/temp": "60000\n",
};

describe("observeHeat", () => {
  it("takes the hottest sensor with its name and label", () => {
    expect(observeHeat(capturedTree(laptop), "linux")).toEqual({
      state: "measured",
      celsius_milli: 61_250,
      sensor: "k10temp Tctl",
    });
  });

  it("takes a thermal zone when it is hotter, or alone", () => {
    const zone = {
      "sys/class/thermal/thermal_zone3/type": "cpu-thermal\n",
      "sys/class/thermal/thermal_zone3/temp": "72000\n",
    };
    const expected = { state: "measured", celsius_milli: 72_000, sensor: "cpu-thermal" };
    expect(observeHeat(capturedTree({ ...laptop, ...zone }), "linux")).toEqual(expected);
    expect(observeHeat(capturedTree(zone), "linux")).toEqual(expected);
  });

  it("measures cold rooms too", () => {
    const cold = { "sys/class/hwmon/hwmon0/temp1_input": "-5000\n" };
    expect(observeHeat(capturedTree(cold), "linux")).toEqual({
      state: "measured",
      celsius_milli: -5000,
      sensor: "hwmon0 temp1",
    });
  });

  it.each([
    "0",
    "-40000",
    "-273150",
    "150000",
    "4294967295",
    "1e9",
    "",
    "hot",
    "61250 61250",
    "0x20",
    "61.5",
  ])("does not take %j for a temperature", (text) => {
    const heat = observeHeat(capturedTree({ "sys/class/hwmon/hwmon0/temp1_input": `${text}\n` }), "linux");
    expect(heat).toEqual({ state: "unmeasurable", cause: "no plausible reading from 1 temperature sensors" });
  });

  it("leaves out a sensor that reports a fault", () => {
    const faulty = { "sys/class/hwmon/hwmon2/temp1_fault": "1\n" };
    expect(observeHeat(capturedTree({ ...laptop, ...faulty }), "linux")).toMatchObject({
      celsius_milli: 60_000,
    });
  });

  it("is unmeasurable without any sensor, and on macOS", () => {
    expect(observeHeat(capturedTree({}), "linux")).toEqual({
      state: "unmeasurable",
      cause: "no temperature sensor",
    });
    expect(observeHeat(capturedTree(laptop), "darwin")).toEqual({
      state: "unmeasurable",
      cause: "no heat reader for darwin",
    });
  });

  it("shows a driver's words without what could disturb a terminal", () => {
    const named = { ...laptop, "sys/class/hwmon/hwmon2/temp1_label": `\u001b[31m${"x".repeat(500)}\n` };
    const heat = observeHeat(capturedTree(named), "linux");
    expect(heat).toMatchObject({ sensor: expect.stringMatching(/^k10temp [\x20-\x7e]{1,64}$/) });
  });
});
