// E-mail addresses: what is a mailbox of somebody, and what only looks like one.
import { describe, expect, it } from "vitest";
import { foundPersonal } from "../../../test/found-personal.ts";

describe("emailAt", () => {
  it.each([
    ["write to info@presidio.site.", "info@presidio.site"],
    ["user=Jakob_Fredriksson54@hotmail.com&x=1", "Jakob_Fredriksson54@hotmail.com"],
    ["<mailto:a.b+c@sub.firm.co.uk>", "a.b+c@sub.firm.co.uk"],
    ["a@xn--d1acufc.xn--p1ai", "a@xn--d1acufc.xn--p1ai"],
    ['{"m":"line\\nann@firm.de"}', "ann@firm.de"],
    ["to:'ann@firm.de'", "ann@firm.de"],
    ["From: Ann <ann@firm.de>", "ann@firm.de"],
    ["ann@firm.de: hello", "ann@firm.de"],
  ])("finds the mailbox in %s", (text, address) => {
    expect(foundPersonal(text).map((match) => [match.kind, text.slice(match.start, match.end)])).toEqual([
      ["email", address],
    ]);
  });

  it.each([
    "user@example.com",
    "root@mail.example",
    "a@b.test",
    "git@github.com:a/b.git",
    "deploy@host.net:/var/www",
    "https://user:secret@db.prod.net/x",
    "logo@2x.png",
    "user@1000.service",
    "noreply@firm.de",
    "49699333+dependabot[bot]@users.noreply.github.com",
    "Message-ID: <CAF4d9@mail.gmail.com>",
    "x@host",
    "a..b@firm.de",
    "@firm.de",
    "ann@-firm.de",
    "ann@firm.zz",
  ])("leaves %s", (text) => {
    expect(foundPersonal(text)).toEqual([]);
  });
});
