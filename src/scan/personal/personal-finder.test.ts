// The finder of personal data: what context lets pass and what it stops, in the forms that payloads have.
import { describe, expect, it } from "vitest";
import { foundPersonal, kindsIn } from "../../../test/found-personal.ts";
import { personalGroupOf, personalKinds } from "./personal-group.ts";

/** A Luhn number of an issuer: what an order number may also be. */
const CARD = "4556737586899855";

describe("createPersonalFinder", () => {
  it.each([
    ["JSON", `{"order_no":"1","card":"${CARD}"}`],
    ["JSON over lines", `{\n  "card": "${CARD}"\n}`],
    ["a form", `status=ok&card=${CARD}&x=1`],
    ["a log line", `2025-01-01T10:00:00Z INFO card=${CARD} took=3ms`],
    ["XML", `<payment><card>${CARD}</card></payment>`],
    ["YAML", `order: 1\ncard: ${CARD}\n`],
    ["CSV", `id,card,total\n1,${CARD},5\n`],
    ["an array", `{"cards":["${CARD}"]}`],
    ["prose", `Please charge my credit card. Number is ${CARD}`],
    ["escaped text", `{"note":"card:\\n${CARD}\\n"}`],
    ["nothing but it", CARD],
    ["groups", "4556 7375 8689 9855"],
  ])("finds a card in %s", (_, text) => {
    const [match, ...others] = foundPersonal(text);
    expect(others).toEqual([]);
    expect(match).toMatchObject({ kind: "payment_card", class: "personal", name: null });
    expect(text.slice(match?.start, match?.end).replaceAll(" ", "")).toBe(CARD);
  });

  it.each([
    ["JSON", `{"order_no":"${CARD}"}`],
    ["a form", `order_no=${CARD}&x=1`],
    ["CSV", `id,order_no,email\n1,${CARD},\n`],
    ["an array", `{"offsets":[1,${CARD},3]}`],
    ["YAML", `traceId: ${CARD}\n`],
    ["prose", `shipped order ${CARD} yesterday`],
    ["a fraction", `{"v":0.${CARD}}`],
    ["a longer number", `{"v":1${CARD}2345}`],
    ["a name with underscores", `part_${CARD}`],
    ["a path", `/objects/${CARD}/x`],
    ["a range", `abc-${CARD}-def`],
  ])("leaves the same number as an order, an offset or a part: %s", (_, text) => {
    expect(kindsIn(text)).toEqual([]);
  });

  it.each([
    `{"ts":1792364109071,"epoch_ns":"1795329329406509278","bytes":693438098019,"offset":3612496238}`,
    `{"version":"10.20.76.5","build":"2.10.190.60","id":"f1703d5a-8b27-4506-bbf9-5912ee998178"}`,
    `{"sha":"30d28e87ca0a8914e94af46d31b126f08e6e22a8","etag":"W/\\"0152fa93-20\\""}`,
    `{"lat":"-73.277839","lon":"18.040727","score":0.44915685919113457}`,
    `{"phone_model":"SM-G987F","firmware":"7.3.8808824","isbn":"978-4-246-44226-9"}`,
    `{"host":"127.0.0.1","bind":"0.0.0.0","mask":"255.255.255.0","podIP":"10.42.0.17"}`,
    `git clone git@github.com:someone/something.git && npm i @scope/name@1.2.3`,
    `https://user:pw@db.internal.net/x`,
    `{"example":"user@example.com","date":"2025-06-14","range":"644-3810","sku":"521-57-4800"}`,
    `numbers,version\n"[558978609,562421850,302989652]",1.2.3\n`,
    `std::vector<face::add> a; dead::beef(b); 10:20:30 std::string`,
    `background: url(logo@2x.png); getty@tty1.service; actions/checkout@v4.1.1`,
    `@@ -1234,12 +1234567,12 @@ 202411221735 retries=4155550132`,
    `inet 172.17.0.2/16 brd 172.17.255.255 link/ether 02:42:ac:11:00:02 brd ff:ff:ff:ff:ff:ff`,
    `SHA1 Fingerprint=AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67:89:AB:CD:EF:01`,
    `1.3.6.1.4.1.311 section 4.1.2.3 of RFC 5321; v1.2.3.4-rc1; 8.8.8.8 resolved`,
  ])("says nothing of %s", (text) => {
    expect(kindsIn(text)).toEqual([]);
  });

  it("needs a key or a word for what chance makes often", () => {
    expect(kindsIn(`{"status":"ok","v":"943476 5919"}`)).toEqual([]);
    expect(kindsIn("seen 9434765919 today by somebody")).toEqual([]);
    expect(kindsIn("NHS number 9434765919 seen today by somebody")).toEqual(["uk_nhs"]);
    expect(kindsIn(`{"patient":{"nhs_number":"9434765919"}}`)).toEqual(["uk_nhs"]);
    expect(kindsIn("dob,total\n1984-02-21,5\n")).toEqual(["birth_date"]);
    expect(kindsIn("date,total\n1984-02-21,5\n")).toEqual([]);
  });

  it("lets a key that speaks of something else decide the kind", () => {
    expect(kindsIn(`{"phone":"0645850405"}`)).toEqual(["phone"]);
    expect(kindsIn(`{"national_id":"19811228-9874"}`)).toEqual(["se_personnummer"]);
  });

  it("finds names and addresses under their keys only", () => {
    expect(
      kindsIn(`{"full_name":"Sienna Cornelissen","address":"6 Labadie Place, CV2 6XF King Hill"}`),
    ).toEqual(["person", "address"]);
    expect(kindsIn(`{"service":"Sienna Cornelissen","location":"eu-west-1","address":"0x00ff"}`)).toEqual([]);
    expect(kindsIn("2024 INFO full_name=Lenia Scherbarth phone=+49-4384-40582824")).toEqual([
      "person",
      "phone",
    ]);
  });

  it("finds names and addresses in a table's columns that are theirs", () => {
    const text = `id,full_name,address,ssn\n1,Cezary Maliszewski,"Via Linda 5, 04714 Roma",536-90-4399\n2,none,unknown,x\n`;
    const found = foundPersonal(text).map((match) => [match.kind, text.slice(match.start, match.end)]);
    expect(found).toEqual([
      ["person", "Cezary Maliszewski"],
      ["address", "Via Linda 5, 04714 Roma"],
      ["us_ssn", "536-90-4399"],
    ]);
    expect(kindsIn(`id,full_name,status\n1,"Anna\n2,x,y`)).toEqual([]);
  });

  it("answers places in bytes, rising, apart from each other, with letters of UTF-8 before them", () => {
    const text = `{"name":"Zoë","to":"zoe@mail.nl","iban":"NL91 ABNA 0417 1643 00"}`;
    const bytes = new TextEncoder().encode(text);
    const found = foundPersonal(text).map((match) =>
      new TextDecoder().decode(bytes.subarray(match.start, match.end)),
    );
    expect(found).toEqual(["zoe@mail.nl", "NL91 ABNA 0417 1643 00"]);
  });

  it("takes what is empty, short or not UTF-8", () => {
    expect(["", "1", "@", ":", "\u0000", "é"].map((text) => kindsIn(text))).toEqual([[], [], [], [], [], []]);
  });

  it("ends with the budget, and says of what", () => {
    expect(() => foundPersonal("1 ".repeat(5000), 100)).toThrow("the scan's work is exhausted");
  });
});

describe("personalGroupOf", () => {
  it("knows a group of every kind, and none of others", () => {
    expect(personalKinds().map(personalGroupOf)).not.toContain(null);
    expect(
      ["us_ssn", "email", "iban", "uk_nhs", "mac", "birth_date", "hasOwnProperty"].map(personalGroupOf),
    ).toEqual(["national_id", "email", "iban", "national_id", "mac", "birth_date", null]);
  });
});
