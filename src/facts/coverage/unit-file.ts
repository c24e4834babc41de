// Reads units of systemd from their files: fragment, drop-ins, templates (systemd.unit(5)). Asks no manager, so what was
// set at run time alone is not seen.
import type { BoundedReader } from "./bounded-reader.ts";

/** One setting, and the file that made it. */
export interface UnitSetting {
  readonly section: string;
  readonly key: string;
  readonly value: string;
  readonly path: string;
}

/** A unit as its files make it. */
export interface UnitFile {
  readonly name: string;
  /** The file that holds the unit itself. */
  readonly fragment: string;
  readonly settings: readonly UnitSetting[];
}

/** Lines of one file that are looked at. */
const LINES_MAX = 10_000;

/** The unit `name` from `folders`, first of them first; null: it has no file, or is masked. */
export function unitFile(reader: BoundedReader, folders: readonly string[], name: string): UnitFile | null {
  if (!/^[A-Za-z0-9:_.\\@-]{1,255}$/.test(name)) return null;
  const template = /^([^@]+@)[^.]+(\.[a-z]+)$/.exec(name);
  const names = template === null ? [name] : [name, `${template[1]}${template[2]}`];
  for (const candidate of names) {
    for (const folder of folders) {
      const fragment = `${folder}/${candidate}`;
      const text = reader.text(fragment);
      if (text === null) continue;
      if (text.trim() === "") return null;
      const settings = [fragment, ...dropIns(reader, folders, names)].flatMap((path, index) =>
        unitSettings(index === 0 ? text : (reader.text(path) ?? ""), path),
      );
      return { name, fragment, settings };
    }
  }
  return null;
}

/** Drop-ins in the order they apply: by file name; of one name the first folder's. */
function dropIns(
  reader: BoundedReader,
  folders: readonly string[],
  names: readonly string[],
): readonly string[] {
  const kind = names[0]?.split(".").at(-1) ?? "";
  const found = new Map<string, string>();
  const places = [...names, kind].flatMap((owner) => folders.map((folder) => `${folder}/${owner}.d`));
  for (const place of places) {
    for (const file of reader.names(place)) {
      if (file.endsWith(".conf") && !found.has(file)) found.set(file, `${place}/${file}`);
    }
  }
  return [...found].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, path]) => path);
}

/** The settings of one file, in order; a line that ends in a backslash goes on in the next. */
export function unitSettings(text: string, path: string): readonly UnitSetting[] {
  const settings: UnitSetting[] = [];
  let section = "";
  let held = "";
  for (const line of text.split("\n").slice(0, LINES_MAX)) {
    if (/^\s*[#;]/.test(line)) continue;
    if (line.endsWith("\\")) {
      held += `${line.slice(0, -1)} `;
      continue;
    }
    const whole = `${held}${line}`.trim();
    held = "";
    const heading = /^\[([^\]]+)\]$/.exec(whole)?.[1];
    if (heading !== undefined) section = heading;
    const split = whole.indexOf("=");
    if (heading !== undefined || split <= 0) continue;
    settings.push({ section, key: whole.slice(0, split).trim(), value: whole.slice(split + 1).trim(), path });
  }
  return settings;
}

/** The values of a list such as ExecStart=, which an empty one clears. */
export function listOf(unit: UnitFile, section: string, key: string): readonly UnitSetting[] {
  let values: UnitSetting[] = [];
  for (const setting of unit.settings) {
    if (setting.section !== section || setting.key !== key) continue;
    values = setting.value === "" ? [] : [...values, setting];
  }
  return values;
}

/** The last value of a setting, or null. */
export function lastOf(unit: UnitFile, section: string, key: string): string | null {
  return listOf(unit, section, key).at(-1)?.value ?? null;
}
