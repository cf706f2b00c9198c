import assert from "node:assert/strict";
import { readdirSync, realpathSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { command } from "../../../local/images/command.ts";
import { docker } from "../../../local/images/docker.ts";
import { stackInstance } from "../../../local/instance.ts";
import { silentProgress } from "../../../workstation/progress.ts";
import { sshKeyPair } from "../../../operator/ssh/ssh-key-pair.ts";
import { sshArguments } from "../../../local/machine/await-ssh.ts";
import { createMachine, type EmulatedMachine } from "../../../local/machine/create-machine.ts";
import { destroyMachine } from "../../../local/machine/destroy-machine.ts";
import { machineState } from "../../../local/machine/machine-state.ts";

const repository = realpathSync(await mkdtemp(path.join(tmpdir(), "kaleem-vps-")));
const instance = stackInstance(repository, "live");
const { publicKey } = await sshKeyPair(path.dirname(instance.machine.privateKey));
const create = (): Promise<EmulatedMachine> =>
  createMachine(instance, { authorizedKey: publicKey }, silentProgress);
const ssh = (script: string): Promise<string> =>
  command(sshArguments(instance, ["sh", "-s"]), { input: script });

after(async () => {
  await destroyMachine(instance);
  await docker(["network", "rm", instance.cloud.network]);
  await rm(repository, { recursive: true });
});

/** What Docker and the kernel hold that bears this stack's mark, and all loop devices on a machine's disk. */
async function leftovers(volumes: readonly string[], groups: readonly string[]): Promise<readonly string[]> {
  const present = (await docker(["volume", "ls", "--quiet"])).split("\n");
  const containers = await docker([
    "ps",
    "--all",
    "--quiet",
    "--filter",
    `label=kaleem.checkout=${instance.checkout}`,
  ]);
  const loops = (await command(["losetup", "--list", "--noheadings", "--output", "NAME,BACK-FILE"])).split(
    "\n",
  );
  return [
    ...volumes.filter((volume) => present.includes(volume)),
    ...containers.split("\n").filter((id) => id !== ""),
    ...loops.filter((line) => line.includes("live-test.img")),
    ...groups.filter((group) => cgroupsNow().includes(group)),
  ];
}

function cgroupsNow(): readonly string[] {
  return readdirSync("/sys/fs/cgroup/freezer/docker", { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}

async function volumesOf(container: string): Promise<readonly string[]> {
  const names = await docker(["inspect", "--format", "{{range .Mounts}}{{.Name}} {{end}}", container]);
  return names.split(" ").filter((name) => name !== "");
}

/** A mounted XFS file system that detaches by nobody's help, and a frozen container: the worst moment to lose a machine. */
const busyMachine = `set -eu
truncate -s 512M /var/lib/kaleem/live-test.img
mkfs.xfs -q -m reflink=1 /var/lib/kaleem/live-test.img
device=$(losetup --find --show /var/lib/kaleem/live-test.img)
mkdir -p /srv/live && mount "$device" /srv/live
echo original > /srv/live/a && cp --reflink=always /srv/live/a /srv/live/b
tar -hC / -c usr/bin/sleep usr/lib/x86_64-linux-gnu/libc.so.6 lib/x86_64-linux-gnu/libc.so.6 lib64/ld-linux-x86-64.so.2 | docker import - sleeper:1 >/dev/null
docker run --detach --name sleeper sleeper:1 /usr/bin/sleep 600
docker pause sleeper >/dev/null
`;

for (const round of ["first", "second"]) {
  test(`the ${round} sudden loss of a busy machine leaves nothing behind`, { timeout: 120_000 }, async () => {
    const vps = await create();
    assert.equal(vps.change, "created");
    assert.match(vps.hostKey, /^ssh-ed25519 AAAA\S+$/);
    const frozen = (await ssh(busyMachine)).trim();
    assert.match(frozen, /^[0-9a-f]{64}$/);
    const volumes = await volumesOf(instance.machine.container);
    assert.equal(volumes.length, 3);
    assert.notDeepEqual(await leftovers(volumes, [frozen]), []);
    assert.equal(await destroyMachine(instance), true);
    assert.equal(await machineState(instance), "absent");
    assert.deepEqual(await leftovers(volumes, [frozen]), []);
    assert.equal(await destroyMachine(instance), false);
  });
}

test("a machine that is there is unchanged; a stopped one is started with its disks", async () => {
  const made = await create();
  await ssh("echo kept > /var/lib/kaleem/kept");
  assert.deepEqual(await create(), { ...made, change: "unchanged" });
  await docker(["stop", instance.machine.container]);
  assert.deepEqual(await create(), { ...made, change: "started" });
  assert.equal(await ssh("cat /var/lib/kaleem/kept"), "kept");
});

test("takes a Swarm, an overlay network and a host-mode port, all answering from the machine outside", async () => {
  await ssh(`set -eu
docker swarm init --advertise-addr 127.0.0.1 >/dev/null
docker network create --driver overlay kaleem >/dev/null
tar -hC / -c usr/bin/node lib/x86_64-linux-gnu lib64 usr/lib/x86_64-linux-gnu usr/share/nodejs | docker import - web:1 >/dev/null
docker service create --quiet --detach=false --name web --network kaleem --endpoint-mode dnsrr \
  --publish mode=host,target=80,published=80 --no-resolve-image web:1 \
  /usr/bin/node -e 'require("http").createServer((q, a) => a.end("hello")).listen(80)' >/dev/null
`);
  assert.equal(await (await fetch(`http://127.0.0.1:${instance.machine.ports.http}/`)).text(), "hello");
});

test("a machine with another login key than the stack's refuses it, and says what to do", async () => {
  await ssh("echo > /root/.ssh/authorized_keys");
  await assert.rejects(create(), /refuses the key .*id_ed25519; the machine was created with another one/);
});

test("a machine whose host key changed is refused", async () => {
  await docker([
    "exec",
    instance.machine.container,
    "sh",
    "-c",
    "rm /etc/ssh/ssh_host_* && ssh-keygen -A && systemctl restart ssh",
  ]);
  await assert.rejects(create(), /its SSH host key is not the one pinned in/);
});

test("a taken port is named before anything is made", async () => {
  await destroyMachine(instance);
  const squatter = await listen(instance.machine.ports.http);
  try {
    await assert.rejects(create(), {
      message: new RegExp(
        `^127\\.0\\.0\\.1:${instance.machine.ports.http}: the emulated machine of stack "live" needs this port for HTTP, and .+ \\(process ${process.pid}\\) has it; stop that`,
      ),
    });
    assert.equal(await machineState(instance), "absent");
  } finally {
    squatter.close();
  }
});

function listen(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      resolve(server);
    });
  });
}
