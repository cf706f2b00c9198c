import assert from "node:assert/strict";
import { test } from "node:test";
import { command, LocalCommandError } from "../../../local/images/command.ts";
import { withAdvice } from "../../../local/images/docker.ts";

const failed = (stderr: string): LocalCommandError => new LocalCommandError("docker ps: failed", 1, stderr);

test("an absent daemon and a denied one each come with what to do", () => {
  assert.match(
    withAdvice(
      failed(
        "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
      ),
    ).message,
    /^docker: no Docker daemon answers: start it \(systemctl start docker\), or set DOCKER_HOST\. It said: /,
  );
  assert.match(
    withAdvice(failed("permission denied while trying to connect to the Docker daemon socket")).message,
    /^docker: this user is not allowed to use Docker: add it to the group docker, or run as root\. It said: /,
  );
  assert.equal(withAdvice(failed("no such container")).message, "docker ps: failed");
});

test("a missing program is named", async () => {
  await assert.rejects(command(["kaleem-no-such-program"]), {
    message: "kaleem-no-such-program: not found on this machine; install it",
  });
});

test("a failed program says how it ended and its last words, and not its whole command line", async () => {
  await assert.rejects(command(["sh", "-c", "echo why >&2; exit 3", "hush"]), (error: unknown) => {
    assert.ok(error instanceof LocalCommandError);
    assert.match(error.message, /failed with exit code 3: why$/);
    assert.doesNotMatch(error.message, /hush/);
    assert.equal(error.exitCode, 3);
    return true;
  });
});

test("a program that outlives its limit is stopped, and that is said", async () => {
  await assert.rejects(command(["sleep", "5"], { timeoutSeconds: 0.1 }), {
    message: /sleep 5: took too long and was stopped/,
  });
});
