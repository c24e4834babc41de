// Text for a page: nothing in it is markup afterwards. Not for scripts or styles, of which none is made from data.

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** `text` as the content of an element or of a quoted attribute; control characters become spaces. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/gu, (character) => ENTITIES[character] ?? "").replaceAll(/\p{C}/gu, " ");
}
