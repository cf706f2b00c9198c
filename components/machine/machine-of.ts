import { readFileSync } from "node:fs";
import type { HostSettings } from "../config/schema.ts";
import { awsImage, awsImageLock, parseAwsImages } from "./aws-image.ts";
import type { Machine } from "./machine.ts";
import { sshMachine } from "./ssh.ts";

/** The machine of a stack, whatever kind its file asks for. What only AWS needs is loaded for it alone. */
export async function machineOf(stack: string, settings: HostSettings): Promise<Machine> {
  if (settings.kind === "ssh") return sshMachine(settings);
  const image = awsImage(parseAwsImages(readFileSync(awsImageLock, "utf8")), settings);
  const { AwsMachine } = await import("./aws.ts");
  return new AwsMachine("machine", { stack, settings, image });
}
