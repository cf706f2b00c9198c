import assert from "node:assert/strict";
import { mkdirSync, statSync, symlinkSync, truncateSync } from "node:fs";
import test from "node:test";
import { BaselineMachine } from "./support/baseline-machine.ts";

const gib = 1024 ** 3;
const file = "var/lib/kaleem/data.img";

/** Small enough to be allocated for a test, as a GiB is not. */
const small = "wanted_bytes() { echo 4194304; }\n";
const run = (machine: BaselineMachine, lines: string) => machine.functions(small + lines);

test("the file gets every block of its size, so that a full disk takes none of them", () => {
  const machine = new BaselineMachine();
  assert.match(run(machine, "allocate_loop_file").stdout, /data volume: 1 GiB allocated/);
  const { size, blocks, mode } = statSync(machine.path(file));
  assert.equal(size, 4_194_304);
  assert.ok(blocks * 512 >= size);
  assert.equal(mode & 0o777, 0o600);
});

test("a file that an earlier version made sparse is made whole, and keeps its content", () => {
  const machine = new BaselineMachine();
  machine.write(file, "precious");
  truncateSync(machine.path(file), 4_194_304);
  run(machine, "allocate_loop_file");
  assert.ok(statSync(machine.path(file)).blocks * 512 >= 4_194_304);
  assert.equal(machine.read(file).slice(0, 8), "precious");
});

test("where the disk has no room, a new or a growing file is refused, and one in use is said and goes on", () => {
  const machine = new BaselineMachine();
  machine.write("free", String(2 * gib));
  const problems = () => machine.functions("data_volume_problems").stdout;
  assert.match(
    problems(),
    /the disk cannot hold a data volume of 1 GiB and 2\.0 GiB beside it, 1\.0 GiB are missing/,
  );
  machine.write(file, "");
  truncateSync(machine.path(file), gib / 2);
  assert.match(
    problems(),
    /1\.0 GiB are missing; free some, or set dataVolume\.sizeGiB lower, or give a device/,
  );
  truncateSync(machine.path(file), gib);
  assert.equal(problems(), "");
  const { status, stdout } = machine.functions("allocate_loop_file");
  assert.equal(status, 0);
  assert.match(stdout, /is sparse, and the disk has no room to make it whole \(1\.0 GiB are missing\)/);
});

test("a file that is whole asks for no room", () => {
  const machine = new BaselineMachine();
  run(machine, "allocate_loop_file");
  machine.write("free", "1");
  assert.equal(run(machine, "data_volume_problems").stdout, "");
});

test("a disk that cannot allocate ahead is said; one that is full is an error", () => {
  const machine = new BaselineMachine();
  machine.program("fallocate", "echo 'fallocate: fallocate failed: Operation not supported' >&2; exit 1");
  assert.match(
    run(machine, "allocate_loop_file").stdout,
    /this disk cannot allocate ahead; .* is sparse, keep 1 GiB free/,
  );
  assert.equal(statSync(machine.path(file)).size, 4_194_304);
  const full = new BaselineMachine();
  full.program("fallocate", "echo 'fallocate: fallocate failed: No space left on device' >&2; exit 1");
  const { status, stderr } = run(full, "allocate_loop_file");
  assert.equal(status, 1);
  assert.match(stderr, /data\.img could not be allocated: .*No space left on device/);
});

test("a volume never shrinks, and what holds anything is never formatted", () => {
  const machine = new BaselineMachine();
  machine.write(file, "");
  truncateSync(machine.path(file), 2 * gib);
  assert.match(
    machine.functions("data_volume_problems").stdout,
    /has more than 1 GiB; a data volume cannot shrink, set dataVolume\.sizeGiB higher/,
  );
  for (const [answer, sentence] of [
    ['case "$*" in *"-s TYPE"*) echo ext4;; *) exit 2;; esac', /holds ext4; it is never formatted over/],
    [
      'case "$*" in *PTTYPE*) echo gpt;; *) exit 2;; esac',
      /holds a partition table; give an empty volume, or one of its partitions/,
    ],
    ["exit 4", /cannot be examined \(blkid ended with 4\)/],
  ] as const) {
    const other = new BaselineMachine();
    other.write(file, "");
    truncateSync(other.path(file), gib);
    other.program("blkid", answer);
    const { status, stderr } = other.functions("format_data_volume");
    assert.equal(status, 1);
    assert.match(stderr, sentence);
    assert.ok(!other.calls().some((line) => line.startsWith("mkfs")), answer);
  }
});

test("a device that is none is said", () => {
  const machine = new BaselineMachine();
  machine.options = machine.options
    .map((word) => (word === "--loop-file" ? "--device" : word))
    .flatMap((word) =>
      word === "/var/lib/kaleem/data.img"
        ? ["/dev/nothing-here"]
        : word === "--loop-size-gib" || word === "1"
          ? []
          : [word],
    );
  assert.match(
    machine.step("check").stderr,
    /\/dev\/nothing-here is not a block device; set dataVolume\.device to one/,
  );
});

/** A disk `sdx` with partitions, as the kernel tells of it: `name: [number, start, size]` in sectors. */
function disk(
  machine: BaselineMachine,
  size: number,
  partitions: Record<string, readonly [number, number, number]>,
): void {
  machine.write("sys/devices/sdx/size", String(size));
  machine.write("sys/devices/sdx/device/rescan", "");
  mkdirSync(machine.path("sys/class/block"), { recursive: true });
  symlinkSync("../../devices/sdx", machine.path("sys/class/block/sdx"));
  for (const [name, [number, start, length]] of Object.entries(partitions)) {
    machine.write(`sys/devices/sdx/${name}/partition`, String(number));
    machine.write(`sys/devices/sdx/${name}/start`, String(start));
    machine.write(`sys/devices/sdx/${name}/size`, String(length));
    symlinkSync(`../../devices/sdx/${name}`, machine.path(`sys/class/block/${name}`));
  }
  machine.program("lsblk", "echo gpt");
  machine.program("sfdisk", "cat >/dev/null");
  machine.program("partx");
}

const grown = (machine: BaselineMachine) => machine.calls().filter((line) => /^(sfdisk|partx)/.test(line));

test("a partition takes the free space that directly follows it", () => {
  const machine = new BaselineMachine();
  disk(machine, 4_000_000, { sdx1: [1, 2048, 1_000_000] });
  assert.match(machine.functions("grow_partition /dev/sdx1").stdout, /partition 1 of \/dev\/sdx grown/);
  assert.deepEqual(grown(machine), [
    "sfdisk --no-reread --force --relocate gpt-bak-std /dev/sdx",
    "sfdisk --no-reread --force -N 1 /dev/sdx",
    "partx --update --nr 1 /dev/sdx",
  ]);
});

test("nothing is done to a partition without free space behind it, before another one, or to a whole disk", () => {
  const machine = new BaselineMachine();
  disk(machine, 4_000_000, { sdx1: [1, 2048, 1_000_000], sdx2: [2, 1_002_048, 2_997_000] });
  for (const device of ["sdx1", "sdx2", "sdx"])
    assert.equal(machine.functions(`grow_partition /dev/${device}`).status, 0);
  assert.deepEqual(grown(machine), []);
});

test("a disk that was grown under the system is asked for its new size, also from one of its partitions", () => {
  const machine = new BaselineMachine();
  disk(machine, 4_000_000, { sdx1: [1, 2048, 3_997_000] });
  machine.functions("rescan_disk /dev/sdx1");
  assert.equal(machine.read("sys/devices/sdx/device/rescan"), "1\n");
});

test("a growth that was cut off after any step goes on: each is done every time, and tells only what it changed", () => {
  const machine = new BaselineMachine();
  machine.write("srv/kaleem/x", "");
  machine.program("findmnt", "echo /dev/loop7");
  const first = machine.functions("grow_data_filesystem");
  assert.equal(first.stderr, "");
  assert.equal(first.stdout, "");
  assert.deepEqual(
    machine.calls().filter((line) => /^(losetup|xfs_growfs)/.test(line)),
    ["losetup -c /dev/loop7", "xfs_growfs /srv/kaleem"],
  );
});
