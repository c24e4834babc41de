// What people write where a password would stand. Used where the structure alone says that it is a password: in URLs, headers
// and credential files. Assignments are judged by the trained filter instead.

const TEMPLATE =
  /\$\{|\{\{|<%|#\{|\$\(|^\$[A-Za-z_]|^\\?\$|^%[sdvqxrf]$|%\(|%[A-Z_]+%|^<.*>$|^\{.*\}$|^\[.*\]$|^:[a-z]|^\*+$|^\.{2,}|^x+$|^-+$/i;
const WORDS =
  /^(?:my|your|the|a|some|db|user|admin|root|new|old)?[-_ ]?(?:pass|passw|password|passwd|pwd|pw|passphrase|secret|token|key|apikey|api[-_]?key|credentials?|changeme|change[-_]me|example|placeholder|redacted|removed|hidden|masked|none|null|undefined|value|string|here|todo|username|user|foo|bar|baz)(?:here|word)?$/i;

/** True for `<password>`, `${VAR}`, `xxxx`, `changeme`, `$1`, empty and the like. */
export function isPlaceholder(value: string): boolean {
  return (
    value.length < 2 ||
    (/^(?:replace|your|change|insert|my|enter)[-_ ]?/i.test(value) &&
      /pass|secret|token|key|me|here/i.test(value)) ||
    TEMPLATE.test(value) ||
    WORDS.test(value)
  );
}
