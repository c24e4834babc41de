// What kind of part a temperature sensor sits on, by its driver's name: how much its silence means. Not its reading.

/**
 * `processor` and `accelerator`: where the heat of tasks arises. `drive`: warmed by them. `board`: what the mainboard's
 * firmware says, which on some boards is made up. `peripheral`: radios, batteries and disks, which come and go.
 * `monitor`: inputs of a mainboard's monitoring chip, of which no board says which are connected to anything: an open one
 * reads 127 C for ever. `unknown`: a name on no list, as serious as a processor.
 */
export type SensorRole =
  | "processor"
  | "accelerator"
  | "drive"
  | "board"
  | "peripheral"
  | "monitor"
  | "unknown";

/** By prefix of the hwmon `name` or the zone's `type` (drivers/hwmon, drivers/thermal, drivers/gpu of Linux). */
const ROLES: readonly (readonly [SensorRole, RegExp])[] = [
  [
    "processor",
    /^(?:coretemp|k8temp|k10temp|zenpower|fam15h_power|via_cputemp|x86_pkg_temp|tcpu|b0d4|cpu|soc|scpi|bigcore|littlecore|cluster|pvt|apple_soc|macsmc)/i,
  ],
  ["accelerator", /^(?:amdgpu|radeon|nouveau|nvidia|i915|xe|gpu|habanalabs|apex)/i],
  ["drive", /^nvme/i],
  ["monitor", /^(?:nct|it8|w83|f71|sch5|lm\d|adt7|max6)/i],
  [
    "peripheral",
    /^(?:iwlwifi|ath\d|mt7|rtw|brcm|phy|bat|hid|ucsi|drivetemp|r8169|igb|ixgbe|i40e|ice|mlx|bnxt|tg3|e1000|sfp|enp|eth)/i,
  ],
  ["board", /^(?:acpitz|int3400|pch|asus|dell|thinkpad|hp|applesmc|gigabyte|corsair|nzxt|aqua)/i],
];

/** @example sensorRole("coretemp") === "processor" */
export function sensorRole(name: string): SensorRole {
  return ROLES.find(([, pattern]) => pattern.test(name))?.[0] ?? "unknown";
}
