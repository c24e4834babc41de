// Tokens whose published format has its fixed part in the middle or at the end. Data only: the formats are those of the vendors'
// own documentation.

/**
 * kind · the literals that select it, lower case · what stands right before one · what stands from it on · an example · one that
 * is no such token; as in token-row.ts.
 */
export type EmbeddedRow = readonly [
  kind: string,
  keywords: string,
  before: string,
  from: string,
  example: string,
  nearMiss: string,
];

export const EMBEDDED_TOKENS: readonly EmbeddedRow[] = [
  ["mailchimp_key", "-us", "[0-9a-f]{32}", "-us\\d{1,2}", "{hex:32}-us20", "{hex:20}-us20"],
  [
    "telegram_bot_token",
    ":aa",
    "\\d{8,10}",
    ":AA[A-Za-z0-9_-]{32,33}",
    "{digit:9}:AA{alnum:33}",
    "{digit:4}:AA{alnum:33}",
  ],
  [
    "discord_bot_token",
    ".",
    "[MNO][A-Za-z0-9_-]{23,26}",
    "\\.[A-Za-z0-9_-]{6}\\.[A-Za-z0-9_-]{27,38}",
    "M{alnum:23}.{alnum:6}.{alnum:27}",
    "M{alnum:12}.{alnum:6}.{alnum:27}",
  ],
  [
    "azure_client_secret",
    "q~",
    "[A-Za-z0-9_~.]{3}\\d",
    "Q~[A-Za-z0-9_~.-]{31,34}",
    "{alnum:3}8Q~{alnum:34}",
    "{alnum:3}8Q~{alnum:12}",
  ],
  [
    "terraform_token",
    ".atlasv1.",
    "[A-Za-z0-9]{14}",
    "\\.atlasv1\\.[A-Za-z0-9_=-]{60,70}",
    "{alnum:14}.atlasv1.{alnum:67}",
    "{alnum:14}.atlasv1.{alnum:9}",
  ],
  [
    "azure_devops_token",
    "azdo",
    "[A-Za-z0-9]{76}",
    "AZDO[A-Za-z0-9]{4}",
    "{alnum:76}AZDO{alnum:4}",
    "{alnum:20}AZDO{alnum:4}",
  ],
  [
    "azure_identifiable_key",
    "+ast +asb +aeh +aba +acr aiot acdb azca azse azfu azeg",
    "[A-Za-z0-9+/]{30,76}",
    "(?:\\+A(?:St|Sb|Eh|Ba|CR[A-D])|AIoT|ACDb|AzCa|AzSe|AzFu|AzEG)[A-Za-z0-9+/]{5,8}={0,2}",
    "{alnum:33}+ASb{alnum:6}=",
    "{alnum:9}+ASb{alnum:6}=",
  ],
  [
    "facebook_app_token",
    "|",
    "\\d{15,16}",
    "\\|[A-Za-z0-9_-]{27}",
    "{digit:16}|{alnum:27}",
    "{digit:8}|{alnum:27}",
  ],
  [
    "maxmind_key",
    "_mmk",
    "[A-Za-z0-9]{6}_[A-Za-z0-9]{29}",
    "_mmk",
    "{alnum:6}_{alnum:29}_mmk",
    "{alnum:6}_{alnum:9}_mmk",
  ],
  [
    "sumologic_webhook",
    ".sumologic.com/receiver/v1/http/",
    "[a-z0-9.]{1,40}",
    "\\.sumologic\\.com/receiver/v1/http/[A-Za-z0-9+/=_-]{60,120}",
    "endpoint1.collectors.sumologic.com/receiver/v1/http/{alnum:88}",
    "endpoint1.collectors.sumologic.com/receiver/v1/http/",
  ],
];
