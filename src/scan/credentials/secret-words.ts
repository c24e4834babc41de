// The words that make a key worth reading: each hit of one leads to the assignment that it stands in. Data only.

/** Lower case; found anywhere in a key, whole words are key-name.ts's to tell. */
export const SECRET_WORDS: readonly string[] = (
  "pass pwd pw psw psk passwort senha contrasena secret otp_ mnemonic salt token tkn jwt bearer cookie session csrf xsrf _sid .sid nonce " +
  "webhook key signature dsn license auth cred api"
).split(" ");
