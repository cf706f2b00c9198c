import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { writeFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import type { CloudflareEmulator } from "../../../local/cloud/cloudflare/emulator.ts";
import { nameServers } from "../../../operator/cutover/await-resolved.ts";
import { cutOver } from "../../../operator/cutover/cut-over.ts";
import { accountPorts } from "../../../operator/cutover/cutover-ports.ts";
import { silentProgress } from "../../../workstation/progress.ts";
import { accountBlock, AccountStack, startEmulator, zoneId } from "../../components/support/account-stack.ts";
import { former, name, next, restoredHost } from "./situations.ts";

/** A name server that answers every question for an address with what the zone has. */
function nameServer(addresses: () => readonly string[]): Promise<Socket> {
  const socket = createSocket("udp4");
  socket.on("message", (question, from) => {
    // The question is everything behind the header of 12 bytes, up to its type and class; what follows it (EDNS) is left out.
    const end = question.indexOf(0, 12) + 5;
    const header = Buffer.alloc(12);
    question.copy(header, 0, 0, 2);
    header.writeUInt16BE(0x8400, 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(addresses().length, 6);
    const answers = addresses().map((address) =>
      Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, ...address.split(".").map(Number)]),
    );
    socket.send(Buffer.concat([header, question.subarray(12, end), ...answers]), from.port, from.address);
  });
  return new Promise((resolve) =>
    socket.bind(0, "127.0.0.1", () => {
      resolve(socket);
    }),
  );
}

describe("a cut-over under the real engine", () => {
  let emulator: CloudflareEmulator;
  let account: AccountStack;
  let server: Socket;
  let baseUrl: string | undefined;
  before(async () => {
    emulator = await startEmulator();
    account = await AccountStack.create(emulator);
    server = await nameServer(() => addresses());
    baseUrl = process.env["CLOUDFLARE_BASE_URL"];
    process.env["CLOUDFLARE_BASE_URL"] = emulator.baseUrl;
    await account.up({
      account: accountBlock,
      targets: { prod: { address: former, at: "20270131T120000Z" } },
    });
  });
  after(async () => {
    if (baseUrl === undefined) delete process.env["CLOUDFLARE_BASE_URL"];
    else process.env["CLOUDFLARE_BASE_URL"] = baseUrl;
    server.close();
    account.remove();
    await emulator.stop();
  });

  const addresses = (): readonly string[] => emulator.zones.get(zoneId)?.addresses(name) ?? [];
  const run = async (to: string | null, onlyPlan = false) =>
    cutOver(
      {
        stack: "prod",
        key: "prod",
        to,
        onlyPlan,
        agreement: { yes: true, ask: null },
        progress: silentProgress,
        limitMs: 10_000,
      },
      {
        ...(await accountPorts(account.opened(), silentProgress)),
        look: () => Promise.resolve(restoredHost()),
        ask: nameServers(`127.0.0.1:${String(server.address().port)}`),
        now: new Date("2027-02-01T03:04:05Z"),
      },
    );

  it("plans without writing anything", async () => {
    const before = account.opened().text;
    await run(next, true);
    assert.equal(account.opened().text, before);
    assert.deepEqual(addresses(), [former]);
  });

  it("moves the record, in place, waits for the name server, and goes back", async () => {
    const writes = () => emulator.seen.filter(({ method }) => method !== "GET");
    const before = writes().length;
    await run(next);
    assert.deepEqual(addresses(), [next]);
    assert.deepEqual(
      writes()
        .slice(before)
        .map(({ method, path }) => `${method} ${path.split("/")[3] ?? ""}`),
      ["PUT dns_records"],
    );
    assert.deepEqual(account.opened().settings.targets["prod"], {
      address: next,
      at: "20270201T030405Z",
      before: former,
    });
    await run(null);
    assert.deepEqual(addresses(), [former]);
  });

  it("refuses what else would ride along", async () => {
    await account.up({
      account: accountBlock,
      targets: { prod: { address: former, at: "20270131T120000Z" } },
    });
    const { stack } = account.opened();
    await writeFile(
      stack.stackFile,
      account.opened().text.replace("location: weur", "location: weur\n        keys: { host: [1, 2] }"),
    );
    await assert.rejects(run(next), /expected the record to be all that changes, got also create of /);
    assert.deepEqual(addresses(), [former]);
  });
});
