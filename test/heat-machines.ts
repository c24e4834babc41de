// Trees of /sys and /proc in the layout that the kernel documents for real kinds of machine, as far as heat, throttling and
// video memory go. Documented shapes, not captures: no such machine was at hand. Sources: Documentation/hwmon/
// {sysfs-interface,coretemp,k10temp,nvme,acpi_power_meter}.rst, Documentation/driver-api/thermal/sysfs-api.rst,
// arch/x86/kernel/cpu/mce/therm_throt.c, Documentation/gpu/amdgpu/{thermal,driver-misc}.rst, drivers/hwmon/raspberrypi-hwmon.c.
import type { Tree } from "./captured-tree.ts";

/** What one temp channel of a hwmon chip shows. */
interface Channel {
  readonly input: string;
  readonly label?: string;
  readonly crit?: string;
  readonly max?: string;
}

/** The files of one hwmon device. */
function hwmon(at: number, name: string, channels: Readonly<Record<number, Channel>>): Tree {
  const folder = `sys/class/hwmon/hwmon${at}`;
  const files: Record<string, string> = { [`${folder}/name`]: `${name}\n` };
  for (const [number, channel] of Object.entries(channels)) {
    for (const [kind, value] of Object.entries(channel))
      files[`${folder}/temp${number}_${kind}`] = `${value}\n`;
  }
  return files;
}

/** The files of one thermal zone; `trips` are its trip points. */
function zone(
  at: number,
  type: string,
  temp: string,
  trips: readonly (readonly [string, string])[] = [],
): Tree {
  const folder = `sys/class/thermal/thermal_zone${at}`;
  const files: Record<string, string> = { [`${folder}/type`]: `${type}\n`, [`${folder}/temp`]: `${temp}\n` };
  trips.forEach(([kind, point], index) => {
    files[`${folder}/trip_point_${index}_type`] = `${kind}\n`;
    files[`${folder}/trip_point_${index}_temp`] = `${point}\n`;
  });
  return files;
}

/** Throttle counters of processors `from` to `to`. */
function throttles(from: number, to: number, core: number, of_package: number): Tree {
  const files: Record<string, string> = {};
  for (let cpu = from; cpu <= to; cpu += 1) {
    const folder = `sys/devices/system/cpu/cpu${cpu}/thermal_throttle`;
    files[`${folder}/core_throttle_count`] = `${core}\n`;
    files[`${folder}/package_throttle_count`] = `${of_package}\n`;
  }
  return files;
}

const intelCrit = { crit: "100000", max: "100000" };

/** coretemp, acpitz without a sensible second channel, a radio that is off, a battery, an ACPI zone with trip points. */
const laptop: Tree = {
  ...hwmon(0, "acpitz", { 1: { input: "52000", crit: "128000" }, 2: { input: "0" } }),
  ...hwmon(1, "BAT0", {}),
  ...hwmon(2, "nvme", { 1: { input: "38850", label: "Composite", crit: "84850", max: "81850" } }),
  ...hwmon(3, "coretemp", {
    1: { input: "61000", label: "Package id 0", ...intelCrit },
    2: { input: "59000", label: "Core 0", ...intelCrit },
    3: { input: "61000", label: "Core 1", ...intelCrit },
  }),
  ...hwmon(4, "iwlwifi_1", { 1: { input: "" } }),
  ...zone(0, "acpitz", "52000", [["critical", "128000"]]),
  ...zone(1, "INT3400 Thermal", "20000"),
  ...zone(2, "x86_pkg_temp", "61000", [
    ["passive", "0"],
    ["passive", "0"],
  ]),
  ...throttles(0, 3, 12, 40),
};

/** k10temp with the offset Tctl and two dies, an NVMe drive, a monitoring chip with inputs that are connected to nothing. */
const amdDesktop: Tree = {
  ...hwmon(0, "nvme", {
    1: { input: "43850", label: "Composite", crit: "84850" },
    2: { input: "43850", label: "Sensor 1", max: "65261850" },
  }),
  ...hwmon(1, "k10temp", {
    1: { input: "58625", label: "Tctl" },
    3: { input: "55250", label: "Tccd1" },
    4: { input: "51000", label: "Tccd2" },
  }),
  ...hwmon(2, "nct6798", {
    1: { input: "36000", label: "SYSTIN" },
    2: { input: "-62000", label: "AUXTIN1" },
    3: { input: "127500", label: "AUXTIN2" },
  }),
};

/** Two sockets, each with its package and cores; power-capped often, throttled seldom. */
const intelServer: Tree = {
  ...hwmon(0, "coretemp", {
    1: { input: "48000", label: "Package id 0", crit: "95000", max: "85000" },
    2: { input: "47000", label: "Core 0", crit: "95000", max: "85000" },
    3: { input: "46000", label: "Core 1", crit: "95000", max: "85000" },
  }),
  ...hwmon(1, "coretemp", {
    1: { input: "44000", label: "Package id 1", crit: "95000", max: "85000" },
    2: { input: "43000", label: "Core 0", crit: "95000", max: "85000" },
    3: { input: "42000", label: "Core 1", crit: "95000", max: "85000" },
  }),
  ...zone(0, "x86_pkg_temp", "48000"),
  ...zone(1, "x86_pkg_temp", "44000"),
  ...throttles(0, 7, 0, 3),
};

/** One zone, mirrored by a hwmon device without a critical point; the firmware's word on throttling. */
const raspberryPi: Tree = {
  ...hwmon(0, "cpu_thermal", { 1: { input: "55017" } }),
  ...hwmon(1, "rpi_volt", {}),
  ...zone(0, "cpu-thermal", "55017", [["critical", "110000"]]),
  "sys/devices/platform/soc/soc:firmware/get_throttled": "50000\n",
};

const GIB = 1024 ** 3;

/** A card with edge, junction and memory sensors and 24 GiB, beside an AMD processor. */
const amdgpu: Tree = {
  ...hwmon(0, "k10temp", { 1: { input: "50125", label: "Tctl" } }),
  ...hwmon(1, "amdgpu", {
    1: { input: "64000", label: "edge", crit: "100000" },
    2: { input: "78000", label: "junction", crit: "110000" },
    3: { input: "72000", label: "mem", crit: "108000" },
  }),
  "sys/class/hwmon/hwmon1/device/power/runtime_status": "active\n",
  "sys/class/drm/card0/device/mem_info_vram_total": `${24 * GIB}\n`,
  "sys/class/drm/card0/device/mem_info_vram_used": `${6 * GIB}\n`,
  "sys/class/drm/card0-DP-1/status": "connected\n",
};

/** A card that only its driver's program tells of. */
const nvidia: Tree = {
  ...hwmon(0, "coretemp", { 1: { input: "51000", label: "Package id 0", ...intelCrit } }),
  "proc/driver/nvidia/gpus/0000:01:00.0/information": "Model: \t\t NVIDIA GeForce RTX 4090\n",
  "sys/class/drm/card0/device/vendor": "0x10de\n",
};

/** A virtual machine: nothing. */
const none: Tree = { "sys/class/hwmon/.keep": "", "sys/class/thermal/cooling_device0/type": "Processor\n" };

/** Every machine by its name. */
export const HEAT_MACHINES = {
  laptop,
  amdDesktop,
  intelServer,
  raspberryPi,
  amdgpu,
  nvidia,
  none,
} as const satisfies Readonly<Record<string, Tree>>;

/** `nvidia-smi --query-gpu=… --format=csv,noheader,nounits` of two cards, as its manual shows the fields. */
export const NVIDIA_SMI = "0, NVIDIA GeForce RTX 4090, 67, 24564, 8123\n1, NVIDIA RTX A2000, 41, 6138, 12\n";
