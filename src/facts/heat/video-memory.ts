// The memory of this node's graphics cards, all together. Not what models take of it (providers), nor its limits (decide/).
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { VramFact } from "../../decide/facts.ts";
import { err, ok, type Result } from "../../stdx/result.ts";
import { kernelCount, type Roots, readKernelFile } from "../observed-roots.ts";

/** Bytes of one card. */
export interface VideoMemory {
  readonly card: string;
  readonly total: number;
  readonly used: number;
}

const CARDS_MAX = 64;

/**
 * `mem_info_vram_total` and `mem_info_vram_used` of each card that has them (drivers/gpu/drm/amd/amdgpu/amdgpu_vram_mgr.c;
 * Documentation/gpu/amdgpu/driver-misc.rst). A figure that is there and makes no sense is an unreadable card.
 */
export function amdgpuMemory({ sys }: Roots): readonly Result<VideoMemory, string>[] {
  const cards: Result<VideoMemory, string>[] = [];
  for (const card of cardFolders(join(sys, "class/drm"))) {
    const device = join(sys, "class/drm", card, "device");
    const texts = ["total", "used"].map((kind) => readKernelFile(join(device, `mem_info_vram_${kind}`), 64));
    if (texts.every((text) => text === null)) continue;
    const [total = null, used = null] = texts.map(kernelCount);
    const sound = total !== null && used !== null && total > 0 && used <= total;
    cards.push(sound ? ok({ card, total, used }) : err(`${card} does not tell its memory`));
  }
  return cards;
}

/** All cards together; one that cannot be read makes the whole unmeasurable, as no card at all does. */
export function videoMemory(cards: readonly Result<VideoMemory, string>[]): VramFact {
  if (cards.length === 0) return { state: "unmeasurable", cause: "no card that tells its memory" };
  let total = 0;
  let used = 0;
  for (const card of cards) {
    if (!card.ok) return { state: "unmeasurable", cause: card.error };
    total += card.value.total;
    used += card.value.used;
  }
  return { state: "measured", total, used, cards: cards.length };
}

function cardFolders(base: string): readonly string[] {
  try {
    return readdirSync(base)
      .filter((name) => /^card\d+$/.test(name))
      .slice(0, CARDS_MAX);
  } catch {
    // No such folder: no cards.
    return [];
  }
}
