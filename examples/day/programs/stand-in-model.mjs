// Stands in for a local model: speaks the OpenAI-compatible protocol on the socket it was handed (descriptor 3) and
// answers a chat with the first sentence of each letter. It has no network of its own.
import { createServer } from "node:http";

const MODEL = "stand-in-1b";

function summarise(text) {
  const letters = text.split(/^From .*$/m).slice(1);
  return letters.map((letter) => {
    const subject = /^Subject: (.*)$/m.exec(letter)?.[1] ?? "no subject";
    const first = /\n\n([^.]*\.)/.exec(letter)?.[1] ?? "";
    return `- ${subject}: ${first}`;
  }).join("\n");
}

createServer(async (request, response) => {
  const answer = (value) => response.setHeader("content-type", "application/json").end(JSON.stringify(value));
  if (request.method === "GET" && request.url === "/v1/models") return answer({ object: "list", data: [{ id: MODEL, object: "model", max_model_len: 32768 }] });
  if (request.method !== "POST" || request.url !== "/v1/chat/completions") return response.writeHead(404).end();
  const parts = [];
  for await (const part of request) parts.push(part);
  const { messages } = JSON.parse(Buffer.concat(parts).toString("utf8"));
  const content = summarise(messages.map((message) => message.content).join("\n"));
  return answer({ object: "chat.completion", model: MODEL, choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }] });
}).listen({ fd: 3 }, () => console.log("ready"));
