/** How the sample application ends, so that an operator sees the cause in `docker service ps`. Numbers follow sysexits.h. */
export const exitCodes = {
  /** Drained after SIGTERM or SIGINT: nothing in flight was cut off. */
  drained: 0,
  /** Something that should not happen, such as a port that is taken or requests that outlived the drain. */
  failed: 1,
  /** No such role. */
  usage: 64,
  /** A store kept refusing the password. */
  passwordRefused: 77,
  /** A setting is wrong or a password file is missing. */
  configuration: 78,
} as const;
