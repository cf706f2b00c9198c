/** What somebody wants to do who looks for a command; in the order in which the help shows them. */
export const purposes = ["Set up", "Every day", "When it burns", "Prove it"] as const;

/** A command of the program, before its own file is loaded. */
export interface ListedCommand {
  readonly name: string;
  readonly purpose: (typeof purposes)[number];
  /** One line of help. */
  readonly summary: string;
  /** The file that defines and runs it, from the root. */
  readonly file: string;
  /** Arguments that come before those that are given. */
  readonly leading?: readonly string[];
}

/** Every command of `./kaleem`; each is an npm script as well. */
export const listedCommands: readonly ListedCommand[] = [
  command("Set up", "up", "brings a stack up, or confirms that it is up"),
  command("Set up", "preview", "says what `up` would change, and changes nothing"),
  command("Set up", "secrets", "draws, lists and rotates a stack's secrets"),
  command("Set up", "state", "says where the state of a stack is kept, and sets up a bucket for it"),
  command("Set up", "kit", "writes the recovery kit: all that must be kept away from the server"),
  command("Set up", "images", "pins upstream images to the digests that their tags stand for now"),
  command("Set up", "import", "brings in what the former backup scripts left, store by store"),
  command("Set up", "down", "removes a local stack with its data and off-site copies"),
  command("Set up", "completion", "prints what makes bash or zsh complete commands, flags and stack names"),
  command(
    "Every day",
    "deploy",
    "gives services another image, and takes it back if it does not get healthy",
  ),
  command("Every day", "deployments", "which services were given which images, and how that ended"),
  command("Every day", "watch", "looks for a while whether all does well, such as after a deployment"),
  command("Every day", "status", "what runs, what would be lost now, when recovery was last proven"),
  command(
    "Every day",
    "checklist",
    "what to look at each day, week, month and half-year, ticked where known",
  ),
  command("Every day", "points", "lists the recovery points, here and off-site"),
  command("Every day", "point", "takes a recovery point now"),
  command("Every day", "pull", "copies the off-site bucket to a disk of your own, and checks every file"),
  command(
    "Every day",
    "offsite",
    "looks after the off-site bucket: its locks, another bucket, what was removed",
  ),
  command("When it burns", "rollback", "gives services the images back that they had before a deployment"),
  command("When it burns", "restore", "brings data back from a point, verifies it, and opens the platform"),
  command("When it burns", "recover", "rebuilds a lost platform on a new machine, with its data"),
  command("Prove it", "smoke", "makes each business check once: writes, and reads what became of it"),
  command("Prove it", "audit", "tries the host's ports, and measures how hard it is"),
  command("Prove it", "policy", "judges what every stack would declare, and touches no host"),
  command(
    "Prove it",
    "drill",
    "loses a stack of its own, and brings it back from off-site",
    "drill/command.ts",
  ),
  command("Prove it", "bench", "measures the figures in docs/benchmarks.md", "bench/command.ts"),
  command("Prove it", "test", "every test, the end-to-end run with a total loss among them", "test/run.ts"),
  {
    ...command("Prove it", "check", "the tests that need no containers", "test/run.ts"),
    leading: ["--without", "live,e2e"],
  },
];

function command(
  purpose: ListedCommand["purpose"],
  name: string,
  summary: string,
  file = `operator/commands/${name}.ts`,
): ListedCommand {
  return { name, purpose, summary, file };
}
