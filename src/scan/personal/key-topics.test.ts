// What keys' names speak of.
import { describe, expect, it } from "vitest";
import { TOPIC, VETO } from "./context-words.ts";
import { topicsOfKey } from "./key-topics.ts";

describe("topicsOfKey", () => {
  it.each([
    ["card", TOPIC.card],
    ["cardNumber", TOPIC.card],
    ["clientIp_2", TOPIC.ip | TOPIC.visitor],
    ["customer.national_id", TOPIC.id],
    ["tax-id", TOPIC.id],
    ["NHS number", TOPIC.id],
    ["phone_numbers", TOPIC.phone],
    ["birthDate", TOPIC.birth],
    ["führerschein".replace("ü", "\xc3\xbc"), TOPIC.licence],
    ["order_no", VETO],
    ["card_count", VETO],
    ["phone_model", VETO],
    ["trace_id", VETO],
    ["podIP", VETO],
    ["widget", 0],
    ["", 0],
  ])("%s", (key, topics) => {
    expect(topicsOfKey(key) & ~(TOPIC.number | TOPIC.email)).toBe(topics);
  });
});
