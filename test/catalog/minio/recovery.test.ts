import assert from "node:assert/strict";
import { sampleGrants } from "../sample-catalog.ts";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, test } from "node:test";
import { loginName } from "../../../catalog/login-name.ts";
import { minioRecovery as recovery } from "../../../catalog/minio/recovery.ts";
import { signedCalls, signedDownload } from "../../../catalog/minio/signed-calls.ts";

const password = "a-very-secret-password";
let server: Server;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let asked: string[];
let client: Awaited<ReturnType<typeof recovery.connect>>;

beforeEach(async () => {
  asked = [];
  answer = (_, response) => response.end("");
  server = createServer((request, response) => {
    asked.push(`${request.method ?? ""} ${request.url ?? ""}`);
    request.resume().on("end", () => answer(request, response));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const signer = { endpoint, user: "root", password };
  const [call, download] = await Promise.all([signedCalls(signer), signedDownload(signer)]);
  client = { call, download, rootPassword: password, appPassword: "app-password", grants: sampleGrants };
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function refuse(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status).end(body);
}

test("a refusal is told with the server's code, without query or password", async () => {
  answer = (_, response) => refuse(response, 403, '{"Code":"AccessDenied","Message":"no"}');
  await assert.rejects(recovery.resetUsers(client), (error: Error) => {
    assert.equal(error.message, "minio: PUT /minio/admin/v3/add-canned-policy as root: AccessDenied");
    return true;
  });
  answer = (_, response) => refuse(response, 500, "");
  await assert.rejects(recovery.canary.read(client), /^Error: minio: GET \/canary\/canary as root: status 500$/); // prettier-ignore
});

test("no secret is on the wire in plain text", async () => {
  let bodies = "";
  answer = (request, response) => {
    bodies += JSON.stringify(request.headers) + (request.url ?? "");
    response.end(request.url?.includes("/group?") === true ? "{}" : "");
  };
  await recovery.resetUsers(client);
  assert.ok(!bodies.includes(password) && !bodies.includes("app-password"));
  assert.deepEqual(asked.map((call) => call.replace(/\?.*/, "")), [
    "PUT /minio/admin/v3/add-canned-policy",
    "PUT /minio/admin/v3/add-user",
    "PUT /minio/admin/v3/update-group-members",
    "PUT /minio/admin/v3/set-user-or-group-policy",
    "GET /minio/admin/v3/group",
    "DELETE /minio/admin/v3/remove-user",
  ]); // prettier-ignore
});

test("a login has its rights by the group, which is the list of those that are taken away", async () => {
  const login = loginName("app", "app-password");
  const members = ["app-0123abcd", login, "app-monitor"];
  answer = (request, response) => {
    if (request.method === "GET") response.end(JSON.stringify({ name: "applications", members }));
    else if (request.url?.endsWith("accessKey=app") !== true) response.end("");
    else refuse(response, 404, '{"Code":"XMinioAdminNoSuchUser"}');
  };
  await recovery.setup(client);
  const grants = asked.filter((call) => call.includes("/minio/admin/"));
  assert.deepEqual(grants.slice(1), [
    `PUT /minio/admin/v3/add-user?accessKey=${login}`,
    "PUT /minio/admin/v3/update-group-members",
    "PUT /minio/admin/v3/set-user-or-group-policy?policyName=app&userOrGroup=applications&isGroup=true",
  ]);
  asked.length = 0;
  await recovery.retire?.(client);
  assert.deepEqual(asked, [
    "GET /minio/admin/v3/group?group=applications",
    "DELETE /minio/admin/v3/remove-user?accessKey=app-0123abcd",
    "DELETE /minio/admin/v3/remove-user?accessKey=app",
  ]);
});

test("data of before the group has one login, which is taken away; any other error of MinIO is one", async () => {
  answer = (request, response) => {
    if (request.method === "GET") refuse(response, 404, '{"Code":"XMinioAdminNoSuchGroup"}');
    else response.end("");
  };
  await recovery.retire?.(client);
  assert.equal(asked.at(-1), "DELETE /minio/admin/v3/remove-user?accessKey=app");
  answer = (_, response) => refuse(response, 403, '{"Code":"AccessDenied"}');
  await assert.rejects(
    recovery.retire?.(client) ?? assert.fail(),
    /^Error: minio: GET \/minio\/admin\/v3\/group as root: AccessDenied$/,
  );
});

test("an empty application's password is refused before anything is changed", async () => {
  await assert.rejects(
    recovery.resetUsers({ ...client, appPassword: "" }),
    /^Error: minio: the secret app-password is empty$/,
  );
  assert.deepEqual(asked, []);
});

test("a release's name becomes a version that a restore can compare", async () => {
  const info = (version: string): string => JSON.stringify({ servers: [{ version }] });
  for (const [name, version] of [
    ["2025-09-07T16:13:09Z", "2025.09.07.16.13.09"],
    ["DEVELOPMENT.GOGET", "DEVELOPMENT.GOGET"],
  ] as const) {
    answer = (_, response) => response.end(info(name));
    assert.equal(await recovery.version(client), version);
  }
});
