// What of a name that a task chose can be said back to it, or written down.

/**
 * A name that a task chose, as far as it can be repeated: a name of a field is short, and mostly letters. Anything else could
 * itself be what must not be said.
 */
export function shownName(name: string): string {
  return /^[A-Za-z_][\w.-]{0,31}$/.test(name) && name.replaceAll(/\D/g, "").length <= DIGITS_MAX ? name : "…";
}

const DIGITS_MAX = 3;

/**
 * A slot of a request (src/scan/slots.ts) as people say it.
 *
 * @example placeOfSlot("json:messages.[].content") // "body.messages.[].content"
 */
export function placeOfSlot(slot: string): string {
  const [kind = "", ...rest] = slot.split(":");
  const name = rest.join(":");
  switch (kind) {
    case "host":
    case "path":
      return kind;
    case "json":
      return ["body", ...name.split(".").map((step) => (step === "[]" ? step : shownName(step)))].join(".");
    case "query":
      return name === "" ? kind : `query ${shownName(name)}`;
    case "header":
      return `header ${shownName(name)}`;
    case "form":
      return `body field ${shownName(name)}`;
    case "part":
      return `body part ${shownName(name)}`;
    case "column":
      return `body column ${String(Number(name) + 1)}`;
    case "names":
      return "names of members and parameters";
    default:
      return "body";
  }
}
