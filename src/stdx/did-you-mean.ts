// Finds the known word that a mistyped one most likely stands for. It only ever suggests: nothing is corrected.

/** Longer words are not compared: a suggestion for them would be chance, and the comparison is quadratic. */
const COMPARED_MAX = 64;

/**
 * The candidate nearest to `word`, ignoring case, or null when none is near: at most a third of its letters changed, added,
 * lost or swapped with a neighbour (and one at least). Of equally near ones the first.
 *
 * @example didYouMean("endpionts", ["providers", "endpoints"]) === "endpoints"
 */
export function didYouMean(word: string, candidates: readonly string[]): string | null {
  if (word.length > COMPARED_MAX) return null;
  const asked = word.toLowerCase();
  let best: string | null = null;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    if (candidate.length > COMPARED_MAX) continue;
    const distance = editDistance(asked, candidate.toLowerCase());
    const near = Math.max(1, Math.floor(candidate.length / 3));
    if (distance <= near && distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

// Optimal string alignment distance: Levenshtein plus swaps of neighbours.
function editDistance(a: string, b: string): number {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current: number[] = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1];
      const left = at(current, column - 1) + 1;
      const above = at(last, column) + 1;
      const change = at(last, column - 1) + (same ? 0 : 1);
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      const swap = swapped ? at(beforeLast, column - 2) + 1 : Number.POSITIVE_INFINITY;
      current.push(Math.min(left, above, change, swap));
    }
    beforeLast = last;
    last = current;
  }
  return at(last, b.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
