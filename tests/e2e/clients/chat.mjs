// What a program with OpenAI's JavaScript client sees of the service, told as JSON on standard output.
import OpenAI from "openai";

const { BASE_URL: baseURL, API_KEY: apiKey, QUESTION: content, MODEL: model = "runlore" } = process.env;
const client = new OpenAI({ baseURL, apiKey, maxRetries: 0, timeout: 60_000 });
const messages = [{ role: "user", content }];

async function list() {
  const names = [];
  for await (const one of client.models.list()) names.push(one.id);
  return { names, one: await client.models.retrieve(names[0]) };
}

async function chat() {
  return client.chat.completions.create({ model, messages, temperature: 0, seed: 1 });
}

async function stream() {
  const chunks = [];
  const options = { model, messages, stream: true, stream_options: { include_usage: true } };
  for await (const chunk of await client.chat.completions.create(options)) chunks.push(chunk);
  return chunks;
}

async function cancel() {
  const answer = await client.chat.completions.create({ model, messages, stream: true });
  for await (const chunk of answer) {
    if (chunk.choices[0]?.delta?.content) {
      answer.controller.abort();
      return chunk;
    }
  }
  return null;
}

async function fail() {
  const stranger = new OpenAI({ baseURL, apiKey: "wrong", maxRetries: 0 });
  const attempts = [
    () => stranger.models.list(),
    () => client.chat.completions.create({ model: "gpt-9", messages }),
    () => client.chat.completions.create({ model, messages, n: 2 }),
    () => client.chat.completions.create({ model, messages: [] }),
  ];
  const errors = [];
  for (const attempt of attempts) {
    const error = await attempt().then(() => null, (reason) => reason);
    errors.push({ name: error?.constructor.name, status: error?.status, code: error?.code, param: error?.param });
  }
  return errors;
}

const told = await { list, chat, stream, cancel, fail }[process.argv[2]]();
process.stdout.write(JSON.stringify(told));
