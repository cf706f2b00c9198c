import assert from "node:assert/strict";
import { test } from "node:test";
import { EmbeddingClient } from "../../../../local/app/api/embedding-client.ts";
import { deadUrl, withLoopback, type FakeAnswer } from "../loopback.ts";

const talk = <T>(answer: FakeAnswer, work: (client: EmbeddingClient) => Promise<T>) =>
  withLoopback(
    () => answer,
    async (url, seen) => ({ result: await work(new EmbeddingClient({ url })), seen }),
  );

test("asks for all texts at once and gives their vectors", async () => {
  const body = '{"vectors":[[1,0],[0,1]]}';
  const { result, seen } = await talk({ status: 200, body }, (client) => client.embed(["a", "b"]));
  assert.deepEqual(result, [[1, 0], [0, 1]]); // prettier-ignore
  assert.deepEqual([seen[0]?.method, seen[0]?.url, seen[0]?.body], ["POST", "/embed", '{"texts":["a","b"]}']);
});

for (const [title, answer, message] of [
  ["an error", { status: 400, body: "no" }, "embedding answered 400: no"],
  ["no JSON", { status: 200, body: "<html>" }, "embedding answered without one vector for each of 1 texts"],
  [
    "too few vectors",
    { status: 200, body: '{"vectors":[]}' },
    "embedding answered without one vector for each of 1 texts",
  ],
] as const) {
  test(`does not take ${title} for vectors`, async () => {
    await talk(answer, (client) =>
      assert.rejects(client.embed(["a"]), { store: "embedding", kind: "failed", message }),
    );
  });
}

test("is not ready while it drains, or when nobody listens", async () => {
  await talk({ status: 503 }, (client) =>
    assert.rejects(client.probe(), { kind: "away", message: "embedding is not ready: 503" }),
  );
  const nobody = new EmbeddingClient({ url: await deadUrl() });
  await assert.rejects(nobody.probe(), {
    kind: "away",
    message: /^embedding cannot be reached: .*ECONNREFUSED/,
  });
});
