// Addresses of crypto-currencies: Base58Check and Bech32 checks, which chance never passes; Ethereum's only by context.
import { base58Version } from "../checks/base58-check.ts";
import { bech32 } from "../checks/bech32.ts";
import { TOPIC } from "../context-words.ts";
import type { Detector } from "../detector.ts";

export const WALLETS: readonly Detector[] = [
  {
    kind: "crypto_address",
    group: "wallet",
    heads: "m26..34",
    shape: /[13LMDAT][1-9A-HJ-NP-Za-km-z]{25,33}/y,
    check: (_, raw) => VERSIONS.has(base58Version(raw) ?? -1),
    need: "nothing",
    topics: TOPIC.wallet,
    examples: ["1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy"],
    others: ["1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb"],
  },
  {
    kind: "crypto_address",
    group: "wallet",
    heads: "m42..62",
    shape: /(?:bc1|ltc1|BC1)[02-9ac-hj-np-zAC-HJ-NP-Z]{38,59}/y,
    check: (_, raw) => bech32(raw),
    need: "nothing",
    topics: TOPIC.wallet,
    examples: ["bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"],
    others: ["bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdp"],
  },
  {
    kind: "crypto_address",
    group: "wallet",
    heads: "m42",
    shape: /0x[0-9A-Fa-f]{40}/y,
    need: "alone",
    topics: TOPIC.wallet,
    examples: ["0x52908400098527886E0F7030069857D2E4169EE7"],
    others: ["0x52908400098527886E0F7030069857D2E4169EEG"],
  },
];

/** Bitcoin 0 and 5, Litecoin 48 and 50, Dogecoin 30 and 22, Tron 65, Dash 76, Bitcoin's old Litecoin scripts 5. */
const VERSIONS: ReadonlySet<number> = new Set([0, 5, 48, 50, 30, 22, 65, 76, 23]);
