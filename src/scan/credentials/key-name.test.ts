// What keys say, however their words are joined.
import { expect, it } from "vitest";
import { isSecretName, keyNameOf, wordsOf } from "./key-name.ts";

it("wordsOf splits camelCase, capitals, signs and digits", () => {
  expect(wordsOf("dbPassword")).toEqual(["db", "password"]);
  expect(wordsOf("AWSSecretKey2")).toEqual(["aws", "secret", "key", "2"]);
  expect(wordsOf("MY_API-key.id")).toEqual(["my", "api", "key", "id"]);
  expect(wordsOf("")).toEqual([]);
});

it("keyNameOf knows what opens something", () => {
  expect(keyNameOf("DB_PASSWORD")).toMatchObject({ password: true, last: true, about: false });
  expect(keyNameOf("authtoken")).toMatchObject({ token: true, last: true });
  expect(keyNameOf("client_secret_value")).toMatchObject({ secret: true, last: true });
  expect(keyNameOf("tokenType")).toMatchObject({ token: true, last: false, about: true });
  expect(keyNameOf("fakeToken")).toMatchObject({ mock: true });
});

it("isSecretName leaves out other words and keys that anyone may have", () => {
  for (const name of ["keyboard", "author", "compass", "monkey", "publicKey", "encrypted_key", "sortKey", ""])
    expect(isSecretName(keyNameOf(name)), name).toBe(false);
  for (const name of ["key", "apikey", "accessKey", "PWD", "session_token", "credentials", "x-auth"])
    expect(isSecretName(keyNameOf(name)), name).toBe(true);
});
