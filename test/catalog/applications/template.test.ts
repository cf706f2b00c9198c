import assert from "node:assert/strict";
import { test } from "node:test";
import { readTemplate } from "../../../catalog/applications/template.ts";
import { composed, isSecret, secretsIn, type TextPart } from "../../../catalog/composed-text.ts";
import { loginName } from "../../../catalog/login-name.ts";

const known = new Map<string, TextPart>([
  ["mongo.host", "mongo"],
  ["mongo.user", { user: "app", password: "mongo-app-password" }],
  ["mongo.password", { secret: "mongo-app-password" }],
]);
const values: Readonly<Record<string, string>> = { "mongo-app-password": "p@ss:w%rd" };
const written = (template: string): string => {
  const { text, problems } = readTemplate(template, known);
  assert.deepEqual(problems, []);
  return composed(text, (key) => values[key] ?? "");
};

test("facts stand where they are named, and in an address as it may hold them", () => {
  assert.equal(
    written("mongodb://{mongo.user|url}:{mongo.password|url}@{mongo.host}/db?x=1"),
    `mongodb://${loginName("app", "p@ss:w%rd")}:p%40ss%3Aw%25rd@mongo/db?x=1`,
  );
  assert.equal(written("{mongo.password}"), "p@ss:w%rd");
  assert.equal(written('{{"host": "{mongo.host}"}}'), '{"host": "mongo"}');
  assert.equal(written(""), "");
});

test("what a text is made of is known without its values", () => {
  const text = (template: string) => readTemplate(template, known).text;
  assert.deepEqual(text("a{mongo.host}b"), ["amongob"]);
  assert.deepEqual(secretsIn(text("{mongo.user}:{mongo.password}")), [
    "mongo-app-password",
    "mongo-app-password",
  ]);
  assert.ok(!isSecret(text("{mongo.user}")), "a login's name gives nothing away");
  assert.ok(isSecret(text("x{mongo.password}")));
});

test("every problem of a template is told, with what to write", () => {
  assert.deepEqual(readTemplate("{mongo.pasword} {redis.host} {} { {mongo.host|base64}", known).problems, [
    "{mongo.pasword}: names nothing; did you mean {mongo.password}?",
    "{redis.host}: names nothing; known here: mongo.host, mongo.password, mongo.user; write {{ for a brace itself",
    "{}: names nothing; known here: mongo.host, mongo.password, mongo.user; write {{ for a brace itself",
    "expected {name} or a doubled brace, got a single {; write {{ for the brace itself",
    "{mongo.host|base64}: expected |url or nothing behind the name, got |base64; write {mongo.host|url}",
  ]);
  assert.deepEqual(readTemplate("{redis.host}", known, () => "redis is not used").problems, [
    "{redis.host}: redis is not used",
  ]);
});
