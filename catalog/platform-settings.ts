import type { Duration } from "./quantities.ts";

/** A channel that tells of alerts: there, or left out. */
type Channel = object | undefined;

/** What definitions read of a stack's settings, and no more; the schema of the stack file has all of it. */
export interface PlatformSettings {
  /** How often recovery points are taken, and how often they go off-site. */
  readonly backups: { readonly pointEvery: Duration; readonly shipEvery: Duration };
  readonly edge: { readonly serverName: string };
  readonly monitoring: {
    readonly page?: Channel;
    readonly chat?: Channel;
    readonly mail?:
      | { readonly server: string; readonly from: string; readonly to: string; readonly user: string }
      | undefined;
    readonly heartbeat?: Channel;
    /** Address below which the runbooks are published. */
    readonly runbooks?: string | undefined;
  };
}
