import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterEach, test } from "node:test";
import { status } from "@grpc/grpc-js";
import type * as plugins from "@pulumi/pulumi/proto/plugin_pb.js";
import type * as messages from "@pulumi/pulumi/proto/provider_pb.js";
import { encode } from "../../../../toolchain/providers/protocol/codec.ts";
import { InitializationFailed } from "../../../../toolchain/providers/protocol/initialization-failed.ts";
import {
  CheckRequest,
  ConfigureRequest,
  CreateRequest,
  DeleteRequest,
  DiffRequest,
  Empty,
  ErrorResourceInitFailed,
  InvokeRequest,
  ReadRequest,
  Status,
  UpdateRequest,
} from "../../../../toolchain/providers/protocol/proto.ts";
import type { ProviderPlugin } from "../../../../toolchain/providers/protocol/provider-plugin.ts";
import type { ResourceType } from "../../../../toolchain/providers/protocol/resource-type.ts";
import { Secret, unknown } from "../../../../toolchain/providers/protocol/value.ts";
import type { PropertyMap } from "../../../../toolchain/providers/protocol/value.ts";
import { call, serve } from "./provider-client.ts";
import type { CallFailure, ServedProvider } from "./provider-client.ts";

const urn = "urn:pulumi:test::test::thing:index:Thing::one";
const token = "thing:index:Thing";

const thing: ResourceType = {
  token,
  check: ({ news }) => ({
    inputs: { ...news, added: true },
    failures: [{ property: "size", reason: "too big" }],
  }),
  diff: () => ({
    changes: "some",
    diffs: ["size"],
    replaces: ["size"],
    detailedDiff: { size: { kind: "UPDATE_REPLACE" } },
    deleteBeforeReplace: true,
  }),
  create: ({ inputs }) => Promise.resolve({ id: "id1", properties: inputs }),
};

function plugin(
  change: Partial<ResourceType> = {},
  configure?: (config: PropertyMap) => void,
): ProviderPlugin {
  return {
    name: "thing",
    version: "1.2.3",
    flags: { acceptSecrets: true },
    types: [{ ...thing, ...change }],
    configure: configure ?? (() => undefined),
  };
}

let served: ServedProvider | undefined;

afterEach(async () => {
  await served?.stop();
  served = undefined;
});

function createRequest(properties: PropertyMap = {}): InstanceType<typeof CreateRequest> {
  const request = new CreateRequest().setUrn(urn).setName("one").setType(token);
  return request.setProperties(encode(properties)).setTimeout(30);
}

async function refusal(plug: ProviderPlugin, request = createRequest()): Promise<CallFailure> {
  served = await serve(plug);
  const { client } = served;
  try {
    await call<messages.CreateResponse>((done) => client.create(request, done));
  } catch (error) {
    return error as CallFailure;
  }
  throw new Error("the call did not fail");
}

test("tells its version and flags, and hands the configuration on", async () => {
  let seen: PropertyMap | undefined;
  served = await serve(plugin({}, (config) => { seen = config; })); // prettier-ignore
  const { client } = served;
  assert.equal(
    (await call<plugins.PluginInfo>((done) => client.getPluginInfo(new Empty(), done))).getVersion(),
    "1.2.3",
  );
  const request = new ConfigureRequest().setArgs(encode({ host: new Secret("h") }));
  const answer = await call<messages.ConfigureResponse>((done) => client.configure(request, done));
  assert.equal(answer.getAcceptsecrets(), true);
  assert.equal(answer.getSupportspreview(), true);
  assert.deepEqual(seen, { host: new Secret("h") });
});

test("answers a check with the inputs and every failure", async () => {
  served = await serve(plugin());
  const { client } = served;
  const request = new CheckRequest()
    .setUrn(urn)
    .setName("one")
    .setType(token)
    .setNews(encode({ size: 1 }));
  const answer = await call<messages.CheckResponse>((done) => client.check(request, done));
  assert.deepEqual(answer.getInputs()?.toJavaScript(), { size: 1, added: true });
  assert.deepEqual(
    answer.getFailuresList().map((failure) => [failure.getProperty(), failure.getReason()]),
    [["size", "too big"]],
  );
});

test("answers a difference in every form that the engine reads", async () => {
  served = await serve(plugin());
  const { client } = served;
  const answer = await call<messages.DiffResponse>((done) =>
    client.diff(new DiffRequest().setUrn(urn).setType(token), done),
  );
  assert.deepEqual(answer.getReplacesList(), ["size"]);
  assert.deepEqual(answer.getDiffsList(), ["size"]);
  assert.equal(answer.getDeletebeforereplace(), true);
  assert.equal(answer.getHasdetaileddiff(), true);
  assert.equal(answer.getDetaileddiffMap().get("size")?.getKind(), 5);
});

test("takes the type from the URN when an engine does not send it", async () => {
  served = await serve(plugin());
  const { client } = served;
  const parent = urn.replace(token, `my:component:Part$${token}`);
  const answer = await call<messages.DiffResponse>((done) =>
    client.diff(new DiffRequest().setUrn(parent), done),
  );
  assert.equal(answer.getChanges(), 2);
});

test("hands secrets and unknowns on as such, and back", async () => {
  const seen: PropertyMap[] = [];
  const echo = plugin({ create: ({ inputs }) => { seen.push(inputs); return Promise.resolve({ id: "x", properties: inputs }); } }); // prettier-ignore
  served = await serve(echo);
  const { client } = served;
  const properties = { a: new Secret("s"), b: unknown, c: [new Secret({ d: 1 })], e: null };
  const answer = await call<messages.CreateResponse>((done) =>
    client.create(createRequest(properties), done),
  );
  assert.deepEqual(seen[0], properties);
  assert.deepEqual(answer.getProperties()?.toJavaScript(), encode(properties).toJavaScript());
});

test("gives a call its time, and says what it logs with the resource's name", async () => {
  let timeout: number | undefined;
  const talkative = plugin({
    create: (_request, context) => {
      timeout = context.timeoutSeconds;
      context.log("info", "half way", { ephemeral: true });
      return Promise.resolve({ id: "x", properties: {} });
    },
  });
  served = await serve(talkative);
  const { client, messages } = served;
  await call<messages.CreateResponse>((done) => client.create(createRequest(), done));
  assert.equal(timeout, 30);
  while (messages.length === 0) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(messages, [{ message: "half way", urn, ephemeral: true }]);
});

test("answers an error that is thrown, and goes on", async () => {
  const failing = plugin({ create: () => { throw new TypeError("no such thing"); } }); // prettier-ignore
  const failure = await refusal(failing);
  assert.equal(failure.code, status.UNKNOWN);
  assert.equal(failure.details, "no such thing");
  assert.equal(failure.metadata.get("grpc-status-details-bin").length, 0);
});

test("packs a resource that was made but does not work into the error, with reasons and properties", async () => {
  const properties = { size: 1, password: new Secret("p") };
  const half = plugin({
    create: () => Promise.reject(new InitializationFailed({ id: "id7", properties, message: "it limps" })),
  });
  const failure = await refusal(half);
  assert.equal(failure.details, "it limps");
  const packed = failure.metadata.get("grpc-status-details-bin").map((value) => Buffer.from(value));
  const [any] = Status.deserializeBinary(Buffer.concat(packed)).getDetailsList();
  assert.ok(any !== undefined);
  assert.equal(any.getTypeUrl(), "type.googleapis.com/pulumirpc.ErrorResourceInitFailed");
  const detail = ErrorResourceInitFailed.deserializeBinary(any.getValue_asU8());
  assert.equal(detail.getId(), "id7");
  assert.deepEqual(detail.getReasonsList(), ["it limps"]);
  assert.deepEqual(detail.getProperties()?.toJavaScript(), encode(properties).toJavaScript());
  assert.equal(detail.hasInputs(), false);
});

test("refuses a type that it does not know, by name, and says which it knows", async () => {
  const failure = await refusal(plugin(), createRequest().setType("thing:index:Other"));
  assert.match(
    failure.details,
    /^The stand-in thing provider does not know the resource type thing:index:Other; it knows thing:index:Thing\. Use the official thing plugin/,
  );
});

test("refuses functions and updates that it does not have", async () => {
  served = await serve(plugin());
  const { client } = served;
  const invoke = call((done) => client.invoke(new InvokeRequest().setTok("thing:index:getThing"), done));
  await assert.rejects(invoke, /has no functions, and thing:index:getThing was asked for/);
  const update = call((done) => client.update(new UpdateRequest().setUrn(urn).setType(token), done));
  await assert.rejects(update, /thing:index:Thing cannot be updated in place/);
});

test("reads a resource as it is known, and deletes it, when the type has nothing to ask", async () => {
  served = await serve(plugin());
  const { client } = served;
  const request = new ReadRequest()
    .setId("id1")
    .setUrn(urn)
    .setType(token)
    .setProperties(encode({ size: 1 }));
  const answer = await call<messages.ReadResponse>((done) => client.read(request, done));
  assert.equal(answer.getId(), "id1");
  assert.deepEqual(answer.getProperties()?.toJavaScript(), { size: 1 });
  await call((done) => client.delete(new DeleteRequest().setUrn(urn).setType(token), done));
});

test("answers an empty read for a resource that is gone", async () => {
  served = await serve(plugin({ read: () => Promise.resolve(undefined) }));
  const { client } = served;
  const answer = await call<messages.ReadResponse>((done) =>
    client.read(new ReadRequest().setId("id1").setUrn(urn).setType(token), done),
  );
  assert.equal(answer.getId(), "");
});

test("ends the calls in flight when it is cancelled", { timeout: 10_000 }, async () => {
  const started = Promise.withResolvers<undefined>();
  const waiting = plugin({
    create: (_request, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => { reject(new Error("cleaned up")); }); // prettier-ignore
        started.resolve(undefined);
      }),
  });
  served = await serve(waiting);
  const { client } = served;
  const creating = call<messages.CreateResponse>((done) => client.create(createRequest(), done));
  await started.promise;
  const ended = assert.rejects(creating, /cleaned up/);
  await call((done) => client.cancel(new Empty(), done));
  await ended;
});

for (const [how, end] of [
  ["is interrupted", (child: ReturnType<typeof start>) => child.kill("SIGINT")],
  ["loses its parent", (child: ReturnType<typeof start>) => child.stdin.end()],
] as const) {
  test(
    `a provider process prints its port first, and exits when it ${how}`,
    { timeout: 10_000 },
    async (context) => {
      const child = start();
      context.signal.addEventListener("abort", () => child.kill("SIGKILL"));
      const [line] = (await once(child.stdout, "data")) as [Buffer];
      assert.match(line.toString(), /^\d+\n$/);
      end(child);
      const [code] = (await once(child, "exit")) as [number];
      assert.equal(code, 0);
    },
  );
}

function start() {
  const main = join(
    import.meta.dirname,
    "..",
    "..",
    "..",
    "..",
    "toolchain",
    "providers",
    "docker",
    "main.ts",
  );
  return spawn(process.execPath, [main, "127.0.0.1:1"], { stdio: ["pipe", "pipe", "inherit"] });
}
