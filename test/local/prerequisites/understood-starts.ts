import type { StartedProgram } from "./started-programs.ts";

/** Programs that run on the platform's host or nowhere, but not on the machine that starts the tests. */
export const elsewhere: readonly {
  readonly program: string;
  /** Start of the paths of the files that may start it. */
  readonly below: string;
  readonly because: string;
}[] = [
  { program: "nsenter", below: "recovery/", because: "the agent's, on the host" },
  { program: "systemctl", below: "recovery/", because: "the agent's, on the host" },
  { program: "xfs_io", below: "recovery/", because: "the agent's, on the host" },
  {
    program: "systemctl",
    below: "local/prerequisites/",
    because: "asked only where systemd runs this machine, and then it is there",
  },
  {
    program: "kaleem-no-such-program",
    below: "test/local/images/",
    because: "the test wants one that is missing",
  },
  {
    program: "_kaleem",
    below: "test/operator/completion/",
    because: "a function of the script under test",
  },
  { program: "kaleem", below: "test/e2e/", because: "the program itself, in an operator's checkout" },
  { program: "linked", below: "test/operator/", because: "a link that the test makes to the program" },
  {
    program: "no-such-program",
    below: "test/recovery/host/",
    because: "the test wants one that is missing",
  },
];

/** Places whose program is not written there, and what they start all the same. Each by its file and what stands there. */
export const understood: readonly {
  readonly file: string;
  readonly expression: string;
  /** What it starts. */
  readonly programs: readonly string[];
  /** Shell files that it runs, whose commands are held against the list as well. */
  readonly scripts?: readonly string[];
  readonly because: string;
}[] = [
  {
    file: "toolchain/engine/build-engine.ts",
    expression: "await findGo(environment)",
    programs: ["go"],
    because: "the Go that was found",
  },
  {
    file: "toolchain/actionlint/bring-actionlint.ts",
    expression: "await findGo(environment, undefined, purpose)",
    programs: ["go"],
    because: "the Go that was found",
  },
  {
    file: "test/run.ts",
    expression: "argv",
    programs: [],
    because: "what a stage reads the code with: node itself, or the actionlint that was built",
  },
  {
    file: "test/github/actionlint.live.test.ts",
    expression: "await bringActionlint()",
    programs: [],
    because: "the actionlint that was built",
  },
  {
    file: "recovery/imports/run-tool.ts",
    expression: "enter(container)",
    programs: ["docker"],
    because: "a tool inside a store's container, on the host",
  },
  {
    file: "toolchain/restic/bring-restic.ts",
    expression: "await findGo(environment, usualGo, purpose)",
    programs: ["go"],
    because: "the Go that was found",
  },
  {
    file: "bench/verify/bench-inside.ts",
    expression: "bucketProgram",
    programs: [],
    because: "the S3 server of an image that was made, unpacked beside the bench's files",
  },
  {
    file: "test/recovery/restic/restic-program.test.ts",
    expression: 'join(folder, "none")',
    programs: [],
    because: "told to a host that runs nothing",
  },
  {
    file: "test/recovery/restic/restic-program.test.ts",
    expression: 'join(folder, "brought")',
    programs: [],
    because: "told to a host that runs nothing",
  },
  {
    file: "test/e2e/support/own-server.ts",
    expression: "words.map(",
    programs: [],
    because: "a line of the README, which can call nothing but the program itself",
  },
  {
    file: "test/e2e/support/own-server.ts",
    expression: "pulumi",
    programs: ["pulumi"],
    because: "the engine that was found or built",
  },
  {
    file: "toolchain/engine/go.ts",
    expression: "join(directory, command)",
    programs: ["go"],
    because: "asked for its version",
  },
  {
    file: "toolchain/engine/official-engine.ts",
    expression: "join(directory, command)",
    programs: ["pulumi"],
    because: "asked for its version",
  },
  {
    file: "toolchain/engine/provider-plugins.ts",
    expression: "search.installer",
    programs: ["pulumi"],
    because: "installs the official plugins",
  },
  {
    file: "toolchain/engine/pulumi.ts",
    expression: "context.engine.pulumi",
    programs: ["pulumi"],
    because: "the engine that was found or built",
  },
  {
    file: "toolchain/engine/stack.ts",
    expression: "context.engine.pulumi",
    programs: ["pulumi"],
    because: "the engine that was found or built",
  },
  {
    file: "test/operator/completion/completion.test.ts",
    expression: "join(directory, command)",
    programs: [],
    because: "zsh, where this machine has one",
  },
  {
    file: "test/operator/completion/completion.test.ts",
    expression: "undefined",
    programs: ["bash"],
    because: "bash, where it has none",
  },
  {
    file: "test/operator/start.test.ts",
    expression: 'join(checkout.root, "kaleem")',
    programs: [],
    because: "the program itself",
  },
  {
    file: "test/operator/start.test.ts",
    expression: 'sh: join(checkout.root, "kaleem")',
    programs: ["sh"],
    because: "the program itself, where there is no Node.js",
  },
  {
    file: "operator/start.mjs",
    expression: 'join(modules, `node-linux-${process.arch}`, "bin", "node")',
    programs: [],
    because: "the Node.js among the packages",
  },
  {
    file: "operator/start.mjs",
    expression: "refuse(",
    programs: [],
    because: "ends the process instead of returning",
  },
  {
    file: "recovery/point/thaw-guard.ts",
    expression: "journal",
    programs: [],
    because: "an argument of the shell that waits, not a program",
  },
  {
    file: "test/components/host/support/fake-machine.ts",
    expression: 'join(this.#bin, "bash")',
    programs: ["bash"],
    because: "the shell of a machine in a folder",
  },
  {
    file: "test/recovery/agent/restore/restore-files.test.ts",
    expression: "argv[0]",
    programs: ["chmod", "touch", "truncate"],
    because: "what alters a tree, one at a time",
  },
  {
    file: "test/recovery/point/hostile-tree.live.test.ts",
    expression: "sh: $_",
    programs: ["mkdir"],
    because: "a script that is put together",
  },
  {
    file: "recovery/stores/store-channel.ts",
    expression: "self",
    programs: [],
    because: "the agent itself",
  },
  {
    file: "test/components/edge/live-edge.ts",
    expression: 'bash: join(repository, "components/host/files/host-file.sh")',
    programs: [],
    scripts: ["components/host/files/host-file.sh", "components/edge/files/edge-config.sh"],
    because: "the scripts that install the edge's files, tried on this machine",
  },
  {
    file: "test/components/edge/live-edge.ts",
    expression: 'bash: join(repository, "components/edge/files/self-signed.sh")',
    programs: [],
    scripts: ["components/edge/files/self-signed.sh", "components/edge/files/edge-config.sh"],
    because: "the script that makes a certificate, tried on this machine",
  },
  {
    file: "test/components/host/host-file.test.ts",
    expression: "sh: line.replace(hostFileInstaller, `bash ${script}`)",
    programs: ["bash"],
    scripts: ["components/host/files/host-file.sh"],
    because: "the script that installs files, tried in a folder",
  },
  {
    file: "test/catalog/answers.test.ts",
    expression: 'bash: new URL("../../catalog/files/answers.sh"',
    programs: ["sed"],
    because: "the applications' health check, tried on this machine",
  },
  {
    file: "test/catalog/answers.test.ts",
    expression: 'sh: new URL("../../catalog/files/answers.sh"',
    programs: ["sed"],
    because: "the same by another shell, with what a folder has",
  },
  {
    file: "test/catalog/secret-environment.test.ts",
    expression: 'sh: join(folder, "start")',
    programs: ["env"],
    because: "the line that starts an application with its secret variables, tried in a folder",
  },
  {
    file: "test/catalog/secret-environment.test.ts",
    expression: 'bash: join(folder, "start")',
    programs: ["env"],
    because: "the same by another shell",
  },
  {
    file: "test/toolchain/engine/provider-plugins.test.ts",
    expression: 'join(chosen.path ?? "", "pulumi-resource-command")',
    programs: [],
    because: "a plugin that the test has just made",
  },
];

/** The entry of {@link understood} for a place, if it has one. */
export function understand(start: StartedProgram): (typeof understood)[number] | undefined {
  return understood.find(
    ({ file, expression }) => file === start.file && start.expression.startsWith(expression),
  );
}
