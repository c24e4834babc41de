// Stands in for an Ollama server: the paths that the governor and a client use, on the socket it was handed (descriptor 3).
// Its summary is the subjects of the letters. It runs as a task, with no network of its own.
import { createServer } from "node:http";

const MODEL = { name: "small:latest", model: "small:latest", digest: "ab".repeat(32), size: 1_048_576 };

function answerTo(path, body) {
  if (path === "/api/tags" || path === "/api/ps") return { models: [MODEL] };
  if (path === "/api/show") {
    return { model_info: { "general.architecture": "small", "small.context_length": 32_768 } };
  }
  if (path !== "/v1/chat/completions") return null;
  const text = JSON.parse(body)
    .messages.map(({ content }) => content)
    .join("\n");
  const subjects = [...text.matchAll(/^Subject: (.*)$/gmu)].map(([, subject]) => `- ${subject}`);
  const message = { role: "assistant", content: subjects.join("\n") };
  return {
    object: "chat.completion",
    model: MODEL.name,
    choices: [{ index: 0, message, finish_reason: "stop" }],
  };
}

createServer(async (request, response) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  const answer = answerTo(request.url, Buffer.concat(parts).toString("utf8"));
  response.statusCode = answer === null ? 404 : 200;
  response.setHeader("content-type", "application/json").end(JSON.stringify(answer));
}).listen({ fd: 3 }, () => console.log("ready"));
