import assert from "node:assert/strict";
import { test } from "node:test";
import { planPrerequisites, type Findings } from "../../../local/prerequisites/plan.ts";
import { tools } from "../../../local/prerequisites/tools.ts";

const silent = { kind: "silent", message: "Cannot connect.", installed: false } as const;

function plan(
  machine: Partial<Findings["machine"]>,
  rest: Partial<Pick<Findings, "missing" | "daemon">>,
): ReturnType<typeof planPrerequisites> {
  return planPrerequisites({
    machine: { environment: {}, isRoot: true, isDebian: true, userName: "olga", ...machine },
    missing: [],
    daemon: { kind: "answers", version: "28.5" },
    ...rest,
  });
}

test("nothing missing needs nothing, for whoever asks", () => {
  assert.deepEqual(plan({ isRoot: false, isDebian: false }, {}), {
    install: [],
    needsDaemon: true,
    startDaemon: false,
    refusals: [],
  });
});

test("what needs no Docker neither installs it nor starts it, nor is refused for the lack of it", () => {
  assert.deepEqual(plan({ isRoot: false }, { daemon: { kind: "not asked" } }), {
    install: [],
    needsDaemon: false,
    startDaemon: false,
    refusals: [],
  });
});

test("a docker client without a daemon behind it gets the daemon installed and started", () => {
  assert.deepEqual(plan({}, { daemon: silent }), {
    install: ["docker.io"],
    needsDaemon: true,
    startDaemon: true,
    refusals: [],
  });
});

test("each package is asked for once, though it brings two tools", () => {
  const missing = tools.filter(({ needs }) => needs === "ssh" || needs === "ssh-keygen");
  assert.equal(missing.length, 2);
  assert.deepEqual(plan({}, { missing }).install, ["openssh-client"]);
});

test("on Debian without root the one command that helps is named", () => {
  const missing = tools.filter(({ needs }) => needs === "mmdebstrap");
  assert.deepEqual(plan({ isRoot: false }, { missing, daemon: silent }).refusals, [
    "missing on this machine: mmdebstrap (makes its images), dockerd (the Docker daemon). " +
      "Run: sudo apt-get install -y --no-install-recommends docker.io mmdebstrap",
  ]);
});

test("elsewhere than on Debian even root is told what to install, and nothing is tried", () => {
  const missing = tools.filter(({ needs }) => needs === "restic");
  assert.deepEqual(plan({ isDebian: false }, { missing }).refusals, [
    "missing on this machine: restic (keeps the recovery points). This is not Debian, " +
      "so install them with your own package manager (Debian's names: restic).",
  ]);
});

test("another machine's Docker, named by DOCKER_HOST, is not started and not replaced", () => {
  const found = plan({ environment: { DOCKER_HOST: "ssh://elsewhere" } }, { daemon: silent });
  assert.deepEqual(found.install, []);
  assert.deepEqual(found.refusals, [
    'Docker does not answer at DOCKER_HOST=ssh://elsewhere ("Cannot connect."). Start it there, ' +
      "or unset DOCKER_HOST to use this machine's.",
  ]);
});

test("all that is wrong is said at once", () => {
  const refusals = plan(
    { isRoot: false },
    { missing: tools, daemon: { kind: "denied", message: "no" } },
  ).refusals;
  assert.equal(refusals.length, 2);
});
