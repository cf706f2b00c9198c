import type { ProviderPlugin } from "../protocol/provider-plugin.ts";
import { DockerClient } from "./api/docker-client.ts";
import { networkType } from "./network.ts";
import { checkProviderConfig, diffProviderConfig, dockerHostOf } from "./provider-config.ts";
import { secretType } from "./secret.ts";
import { serviceConfigType } from "./service-config.ts";
import { serviceType } from "./service/service-type.ts";

/** The version of `@pulumi/docker` that this stands in for; the engine compares it with the program's. */
const sdkVersion = "5.2.0";

/** The stand-in for the official docker plugin: Network, Secret, ServiceConfig and Service, and nothing else. */
export function dockerProvider(): ProviderPlugin {
  let client: DockerClient | undefined;
  const docker = (): DockerClient => {
    if (client === undefined) throw new Error("docker provider: it was used before it was configured.");
    return client;
  };
  return {
    name: "docker",
    version: sdkVersion,
    flags: { supportsAutonamingConfiguration: true },
    types: [networkType(docker), secretType(docker), serviceConfigType(docker), serviceType(docker)],
    checkConfig: (news) => ({
      inputs: news,
      failures: checkProviderConfig(news).map((reason) => ({ reason })),
    }),
    diffConfig: diffProviderConfig,
    // Nothing is connected here: an unreachable host shows at the first resource, as with the official plugin over ssh.
    configure: (config) => {
      client = new DockerClient(dockerHostOf(config));
    },
  };
}
