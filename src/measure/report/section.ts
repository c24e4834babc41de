// The parts that sections of the report are made of: a heading with words and a table, and small texts. Not what stands in them.
import { escapeHtml } from "./escape-html.ts";

/** A section with a heading, words and a table; `words` and `rows` are markup already. */
export function section(
  title: string,
  words: string,
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const told = words === "" ? "" : `<p>${words}</p>`;
  return `<section><h2>${title}</h2>${told}${table(title, headings, rows)}</section>`;
}

/** A table that scrolls by itself where it is wider than the page; the empty text where there is no row. */
export function table(
  title: string,
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  if (rows.length === 0) return "";
  const head = headings.map((heading) => `<th scope="col">${heading}</th>`).join("");
  const body = rows.map((row) => `<tr>${row.map((cell) => `<td>${cell}</td>`).join("")}</tr>`).join("");
  return `<div class="wide" role="region" aria-label="${title}" tabindex="0"><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
}

/** Text of a record as code. */
export function code(text: string): string {
  return `<code>${escapeHtml(text)}</code>`;
}

/** `1 record`, `2 records`. */
export function count(number: number, one: string): string {
  return `${number.toLocaleString("en-GB")} ${one}${number === 1 ? "" : "s"}`;
}

/** The day of a wall clock. */
export function date(wall: string | undefined): string {
  return wall === undefined ? "-" : escapeHtml(wall.slice(0, 10));
}
