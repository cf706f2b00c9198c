import type { CloudInstance, CloudServer } from "../instance.ts";
import { labelArguments } from "./network.ts";

/** Where the S3 server finds its root keys: copied in before it starts. */
export const rootKeyFiles = { user: "/run/keys/root-user", password: "/run/keys/root-password" } as const;

/** The arguments of `docker create` for the image registry. Pure. */
export function registryArguments(cloud: CloudInstance, image: string): readonly string[] {
  return [...serverArguments(cloud, cloud.registry, 5000), ...["--memory", "512m"], image];
}

/** The arguments of `docker create` for the S3 server; no secret is among them. Pure. */
export function s3Arguments(cloud: CloudInstance, image: string): readonly string[] {
  const environment = {
    MINIO_ROOT_USER_FILE: rootKeyFiles.user,
    MINIO_ROOT_PASSWORD_FILE: rootKeyFiles.password,
    MINIO_BROWSER: "off",
    MINIO_UPDATE: "off",
  };
  return [
    ...serverArguments(cloud, cloud.s3, 9000),
    ...["--memory", "2g"],
    ...Object.entries(environment).flatMap(([key, value]) => ["--env", `${key}=${value}`]),
    image,
  ];
}

/** A fixed address: it is in the stack file, and outlives a restart. */
function serverArguments(cloud: CloudInstance, server: CloudServer, port: number): readonly string[] {
  return [
    ...["--name", server.container, "--network", cloud.network, "--ip", server.address],
    ...labelArguments(cloud.labels),
    ...["--publish", `127.0.0.1:${server.port}:${port}`, "--volume", `${server.volume}:/data`],
    ...["--init", "--restart", "unless-stopped", "--security-opt", "no-new-privileges", "--cap-drop", "ALL"],
  ];
}
