import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, connect, type AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";
import type { SshHost } from "../../../operator/ssh/ssh.ts";

const endpoints = z.record(z.string(), z.looseObject({ IPv4Address: z.string() }));

/** Opens an SSH tunnel to a task's port, as an administrator would, and gives the local port to `work`. */
export async function throughTunnel(
  host: SshHost,
  service: string,
  port: number,
  work: (localPort: number) => Promise<void>,
): Promise<void> {
  const task = (
    await host.run([
      "docker",
      "ps",
      "--quiet",
      "--no-trunc",
      "--filter",
      `label=com.docker.swarm.service.name=${service}`,
    ])
  ).stdout.trim();
  const { stdout } = await host.run([
    "docker",
    "network",
    "inspect",
    "docker_gwbridge",
    "--format",
    "{{json .Containers}}",
  ]);
  const address = endpoints.parse(JSON.parse(stdout))[task]?.IPv4Address.split("/")[0];
  if (address === undefined) throw new Error(`${service}: its task has no address on docker_gwbridge`);
  const local = await freePort();
  const { target } = host;
  const ssh = spawn(
    "ssh",
    [
      "-N",
      ...(target.privateKeyFile === undefined
        ? []
        : ["-i", target.privateKeyFile, "-o", "IdentitiesOnly=yes"]),
      "-p",
      String(target.port),
      "-o",
      `UserKnownHostsFile=${target.knownHostsFile}`,
    ]
      .concat(["-o", "StrictHostKeyChecking=yes", "-o", "ExitOnForwardFailure=yes"])
      .concat(["-L", `127.0.0.1:${local}:${address}:${port}`, `${target.user}@${target.address}`]),
    { stdio: ["ignore", "inherit", "inherit"] },
  );
  try {
    await awaitPort(local);
    await work(local);
  } finally {
    ssh.kill();
    await once(ssh, "exit");
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

async function awaitPort(port: number): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (Date.now() < deadline) {
    const socket = connect(port, "127.0.0.1");
    const open = await Promise.race([
      once(socket, "connect").then(
        () => true,
        () => false,
      ),
      wait(1000).then(() => false),
    ]);
    socket.destroy();
    if (open) return;
    await wait(100);
  }
  throw new Error(`tunnel: port ${port} did not open within 10 s`);
}
