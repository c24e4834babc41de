// The finder of personal data: one pass over a view's bytes, detectors at runs that have a digit, then their context.
import type { Match } from "../finding.ts";
import type { ScanBudget } from "../scan-budget.ts";
import type { Finder, View } from "../view.ts";
import { type DetectorTable, detectorTable } from "./detector-table.ts";
import { EVERY_DETECTOR } from "./detectors/every-detector.ts";
import { PersonalScan } from "./personal-scan.ts";

/**
 * A finder of class `personal`: payment cards, bank accounts, national identifiers, documents, telephone numbers, e-mail, IP and
 * MAC addresses, wallets, dates of birth, and names and addresses under keys that say so. Linear: a bounded look around each
 * candidate, drawn from the budget. Matches rise and do not overlap. Throws ScanExhausted only.
 *
 * @example createPersonalFinder()(view, budget) // [{ kind: "iban", class: "personal", … }]
 */
export function createPersonalFinder(): Finder {
  const table: DetectorTable = detectorTable(EVERY_DETECTOR);
  return (view: View, budget: ScanBudget): readonly Match[] =>
    new PersonalScan(view, budget, table).matches();
}
