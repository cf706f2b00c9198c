/** A Pulumi command that did not succeed. The message holds every error it reported, never a secret. */
export class PulumiError extends Error {
  /** It was told to stop (^C); what was under way may be half done, and the next run goes on from there. */
  readonly interrupted: boolean;
  /** The stack is locked: another command works on it. */
  readonly locked: boolean;

  constructor(message: string, interrupted = false) {
    super(message);
    this.name = "PulumiError";
    this.interrupted = interrupted;
    this.locked = message.includes("the stack is currently locked");
  }
}

/** Pulumi's known complaints, and what to do about them. */
const explanations: readonly (readonly [pattern: RegExp, advice: string])[] = [
  [/incorrect passphrase/, "The passphrase is not the one that the stack file was encrypted with."],
  [
    /passphrase must be set with/,
    "Nothing opens the secrets: name a file that holds the passphrase in PULUMI_CONFIG_PASSPHRASE_FILE.",
  ],
  [
    /the stack is currently locked/,
    "Another command works on this stack; wait for it. If none does, take its lock away: pulumi cancel.",
  ],
  [/no stack named|StackNotFound/, "There is no state for this stack; ./kaleem up makes it."],
  [
    /PULUMI_ACCESS_TOKEN must be set for login/,
    "It is not said where state is kept: run pulumi login, or name the place in PULUMI_BACKEND_URL.",
  ],
  [
    /unable to open state directory/,
    "The folder that pulumi login or PULUMI_BACKEND_URL names for the state is not there: mount it, or log in elsewhere.",
  ],
  [
    /\.pulumi.*(failed to refresh cached credentials|no EC2 IMDS role found)/,
    "The bucket with the state wants AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment.",
  ],
  [
    /(\.pulumi.*request send failed|performing HTTP request).*(dial tcp|timeout|EOF)/,
    "State is kept where this computer cannot reach it now: check the network and the address (pulumi whoami --verbose).",
  ],
  [
    /api error (UnauthorizedOperation|AccessDenied)/,
    "The keys in the environment may not do that at AWS: give them the permission that the refused operation names, then run it again (docs/aws.md).",
  ],
  [
    /api error (AuthFailure|ExpiredToken|RequestExpired)/,
    "AWS does not take the keys in the environment, or no longer: log in again, then run the same command; it goes on.",
  ],
  [
    /api error InvalidAMIID/,
    "The Debian image of the lock is gone, or not in this region: look up the present one with ./kaleem images aws REGION.",
  ],
  [
    /api error (VcpuLimitExceeded|InstanceLimitExceeded|VolumeLimitExceeded|AddressLimitExceeded)/,
    "The account's quota at AWS is used up: ask for more (Service Quotas), or take what is not needed away.",
  ],
  [
    /api error InsufficientInstanceCapacity/,
    "AWS has no such machine free in this zone now: another host.zone, or another host.instanceType.",
  ],
  [
    /api error OperationNotPermitted.*disableApiTermination/,
    "The machine is protected: host.replaceable: true and ./kaleem up let it go, for as long as its replacement takes.",
  ],
  [
    /api error InvalidVolume\.ZoneMismatch/,
    "Machine and data volume are in different zones: host.zone has to be that of the volume.",
  ],
];

/** The text with, for each complaint that is known, a sentence of advice behind it. */
export function explain(text: string): string {
  const advice = explanations.filter(([pattern]) => pattern.test(text)).map(([, sentence]) => sentence);
  return [text, ...advice].join("\n");
}
