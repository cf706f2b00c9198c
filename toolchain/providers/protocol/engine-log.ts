import { credentials } from "@grpc/grpc-js";
import { EngineClient, LogRequest, LogSeverity as Severity } from "./proto.ts";
import type { LogSeverity } from "./resource-type.ts";

const severities = {
  debug: Severity.DEBUG,
  info: Severity.INFO,
  warning: Severity.WARNING,
  error: Severity.ERROR,
} as const;

/** Messages to the user, through the engine: what a plugin writes to its own output is hidden. */
export class EngineLog {
  #client: InstanceType<typeof EngineClient> | undefined;

  /** Points the log at an engine; messages before that are dropped, there is nobody to show them. */
  connect(address: string): void {
    this.#client?.close();
    this.#client = new EngineClient(address, credentials.createInsecure());
  }

  /** Sends one message; a message that cannot be delivered must not fail the work that it speaks of. */
  write(
    severity: LogSeverity,
    message: string,
    about: { readonly urn: string; readonly ephemeral?: boolean },
  ): void {
    const request = new LogRequest();
    request.setSeverity(severities[severity]);
    request.setMessage(message);
    request.setUrn(about.urn);
    request.setEphemeral(about.ephemeral ?? false);
    this.#client?.log(request, (error) => {
      if (error !== null) process.stderr.write(`log message not delivered (${error.message}): ${message}\n`);
    });
  }

  close(): void {
    this.#client?.close();
  }
}
