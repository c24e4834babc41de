// IP and MAC addresses: a person's, a network's own, and what only looks like one.
import { describe, expect, it } from "vitest";
import { foundPersonal } from "../../../test/found-personal.ts";

function found(text: string): readonly string[] {
  return foundPersonal(text).map((match) => `${match.kind} ${text.slice(match.start, match.end)}`);
}

describe("ipv4At, colonAddressAt, dashedMacAt", () => {
  it.each([
    ['{"client_ip":"73.33.250.205"}', ["ip 73.33.250.205"]],
    ["GET / from 73.33.250.205:4711 served", ["ip 73.33.250.205"]],
    ["http://73.33.250.205/x", ["ip 73.33.250.205"]],
    ["X-Forwarded-For: 10.1.2.3", ["ip 10.1.2.3"]],
    ["localhost 127.0.0.1", ["ip 127.0.0.1"]],
    ["192.168.1.0/24", ["ip 192.168.1.0/24"]],
    ['{"src":"efb8:31fe:c620:aa07:a2fd:b5df:c2dc:7dd1"}', ["ip efb8:31fe:c620:aa07:a2fd:b5df:c2dc:7dd1"]],
    ["peer 2a01:4f8::8a2e:370:7334 left", ["ip 2a01:4f8::8a2e:370:7334"]],
    ["fe80::1%eth0/64", ["ip fe80::1%eth0/64"]],
    ["::ffff:255.255.255.255", ["ip ::ffff:255.255.255.255"]],
    ["my ip: ::1", ["ip ::1"]],
    ["mac=a2:4f:0f:d5:d7:42 up", ["mac a2:4f:0f:d5:d7:42"]],
    ["Hardware address: AA-BB-CC-DD-EE-FF", ["mac AA-BB-CC-DD-EE-FF"]],
    ["Physical address is aabb.ccdd.eeff", ["mac aabb.ccdd.eeff"]],
  ])("find %s", (text, matches) => {
    expect(found(text)).toEqual(matches);
  });

  it.each([
    "300.168.1.1",
    "192.168.1",
    "1.2.3.4.5",
    "lib/91.0.44.120 (x)",
    "IP192.168.1.1text",
    "listening on 127.0.0.1:8080 now, and ready for more than one line",
    "2001::25de::cade",
    "12345:db8::1",
    "::ffff:256.0.0.1",
    "Ratio 1:2:3:4",
    'expect(host).toBe("2001:db8::1"); // a documentation address',
    'new RegExp("(?:[0-9a-f]+::?)+", "i"); ip route add ::/0',
    "10:20:30",
    "00:1A:2B:3C:4D",
    "00:00:00:00:00:00",
    "ff-ff-ff-ff-ff-ff",
    "0011.2233.4455.6677",
    "a-bc-de-f0-12-34-56",
  ])("leave %s", (text) => {
    expect(found(text)).toEqual([]);
  });
});
