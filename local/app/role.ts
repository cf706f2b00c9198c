import type { Logger } from "pino";
import type { Dependency } from "./dependency.ts";
import type { Server } from "./http-server.ts";
import type { Readiness } from "./readiness.ts";
import type { RoleSettings } from "./settings.ts";

/** One part of the application, put together and not yet running. */
export interface Role {
  readonly server: Server;
  readonly readiness: Readiness;
  /** In the order in which they are closed at the end. */
  readonly needs: readonly Dependency[];
  /** Work that it does without being asked, such as consuming a queue. */
  readonly work?: {
    /** Begins; returns at once and goes on through every outage. */
    start(): void;
    /** Takes no more, finishes what it has begun. */
    finish(): Promise<void>;
  };
}

/** Puts a role together from its settings. Throws `SettingsError` when those cannot be used. */
export interface RoleMaker {
  readonly settings: RoleSettings;
  readonly make: (log: Logger) => Role;
}
