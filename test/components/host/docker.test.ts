import assert from "node:assert/strict";
import { utimesSync } from "node:fs";
import test from "node:test";
import { BaselineMachine } from "./support/baseline-machine.ts";

const daemonJson = "etc/docker/daemon.json";
const ours = {
  "default-address-pools": [{ base: "172.20.0.0/14", size: 24 }],
  "live-restore": false,
  "log-driver": "json-file",
  "log-opts": { labels: "com.docker.swarm.service.name", "max-file": "3", "max-size": "10m" },
};

interface DockerState {
  readonly swarm?: "active" | "inactive";
  readonly nodes?: number;
  readonly manager?: boolean;
  /** `name service`, one a line; a container of nobody's service has the name alone. */
  readonly containers?: readonly string[];
  readonly ours?: boolean;
  readonly flags?: string;
  readonly restartFails?: boolean;
  readonly version?: string;
}

/** A machine on which Docker runs since an hour ago. */
function machineWithDocker(state: DockerState = {}, config?: object | string): BaselineMachine {
  const machine = new BaselineMachine();
  const names = (state.containers ?? []).map((line) => line.split(" ")[0]).join("\n");
  machine.program("dockerd");
  machine.write("containers", (state.containers ?? []).join("\n"));
  machine.write("names", names);
  machine.program(
    "docker",
    `case "$*" in
      *LocalNodeState*) echo ${state.swarm ?? "inactive"};;
      *ControlAvailable*) echo ${String(state.manager ?? true)};;
      *Swarm.Nodes*) echo ${state.nodes ?? 1};;
      *LiveRestoreEnabled*) grep -o '"live-restore": [a-z]*' $ROOT/${daemonJson} | cut -d' ' -f2;;
      *LoggingDriver*) echo json-file;;
      *DockerRootDir*) echo /var/lib/docker;;
      *Server.Version*) echo ${state.version ?? "26.1.5"};;
      *'node inspect'*) echo ${String(state.ours ?? false)};;
      *'ps --format {{.Names}}') cat $ROOT/names;;
      *'ps --format'*) cat $ROOT/containers;;
    esac`,
  );
  machine.program(
    "systemctl",
    `case "$*" in
      *ActiveEnterTimestamp*) date -d '1 hour ago' '+%F %T';;
      *ExecStart*) echo '{ path=/usr/sbin/dockerd ; argv[]=/usr/sbin/dockerd -H fd:// ${state.flags ?? ""} }';;
      'restart docker.service') cp $ROOT/${daemonJson} $ROOT/restarted-with; ${state.restartFails === true ? "exit 1" : ""};;
    esac`,
  );
  if (config !== undefined) {
    machine.write(daemonJson, typeof config === "string" ? config : JSON.stringify(config));
    const longAgo = Date.now() / 1000 - 86_400;
    utimesSync(machine.path(daemonJson), longAgo, longAgo);
  }
  return machine;
}

const configure = (machine: BaselineMachine, ...registries: string[]) =>
  machine.functions("configure_docker", [
    ...machine.options,
    ...registries.flatMap((each) => ["--insecure-registry", each]),
  ]);
const config = (machine: BaselineMachine): unknown => JSON.parse(machine.read(daemonJson));
const changes = (machine: BaselineMachine) =>
  machine.calls().filter((line) => /^systemctl (restart|reload) docker/.test(line));

test("a machine without a configuration gets ours, and Docker starts with it", () => {
  const machine = machineWithDocker();
  const { status, stderr } = configure(machine);
  assert.equal(stderr, "");
  assert.equal(status, 0);
  assert.deepEqual(config(machine), ours);
  assert.deepEqual(changes(machine), ["systemctl restart docker.service"]);
  assert.equal(configure(machine).status, 0);
  assert.deepEqual(changes(machine), [], "and not again");
});

test("the owner's settings stay, whatever they are and however they are written", () => {
  const text = String.raw`{
  "data-root": "/mnt/big", "dns": ["9.9.9.9", "1.1.1.1"],
  "registry-mirrors": [ "https://m.example.com" ], "max-concurrent-downloads": 5, "debug": true,
  "proxies": {"http-proxy": "http://a:\"b\"@c"}, "log-opts": {"max-size": "50m", "tag": "{{.Name}}", "labels": "tier"},
  "insecure-registries": ["10.0.0.9:5000"], "features": {"buildkit": true}, "storage-opts": [], "x": null
}`;
  const machine = machineWithDocker({}, text);
  assert.equal(configure(machine, "10.200.1.4:5000").stderr, "");
  assert.deepEqual(config(machine), {
    ...(JSON.parse(text) as object),
    ...ours,
    "log-opts": {
      "max-size": "50m",
      "max-file": "3",
      tag: "{{.Name}}",
      labels: "tier,com.docker.swarm.service.name",
    },
    "insecure-registries": ["10.0.0.9:5000", "10.200.1.4:5000"],
  });
});

for (const [setting, value, sentence] of [
  ["log-driver", "journald", '"log-driver" is "journald", and the platform needs "json-file"'],
  ["live-restore", true, '"live-restore" is true, and the platform needs false'],
  [
    "default-address-pools",
    [{ base: "10.1.0.0/16", size: 24 }],
    '"default-address-pools" is [{"base": "10.1.0.0/16", "size": 24}], and the platform needs [{"base": "172.20.0.0/14", "size": 24}]',
  ],
  ["iptables", false, '"iptables": false cannot stay, since no container would be reached or reach anything'],
  [
    "ip-forward",
    false,
    '"ip-forward": false cannot stay, since no container would be reached or reach anything',
  ],
  ["bridge", "none", '"bridge": "none" cannot stay, since no container would reach anything'],
  [
    "firewall-backend",
    "nftables",
    '"firewall-backend": "nftables" cannot stay, since a swarm does not work with it',
  ],
  [
    "userns-remap",
    "default",
    '"userns-remap" cannot stay, since the stores\' files belong to users of the host',
  ],
  ["log-opts", "x", '"log-opts" is "x", which Docker does not take'],
  ["insecure-registries", {}, '"insecure-registries" is {}, which Docker does not take'],
] as const) {
  test(`a setting that cannot be kept is refused by its name, before anything is touched: ${setting}`, () => {
    const text = JSON.stringify({ "data-root": "/mnt/big", [setting]: value });
    const machine = machineWithDocker({}, text);
    const { status, stderr } = machine.step("check");
    assert.equal(status, 1);
    assert.equal(stderr, `baseline: /etc/docker/daemon.json: ${sentence}\nbaseline: nothing was changed\n`);
    assert.equal(configure(machine).status, 1);
    assert.equal(machine.read(daemonJson), text);
    assert.deepEqual(changes(machine), []);
  });
}

for (const broken of ['{"a": 1,}', '{"a" 1}', "[]", '{"a": tru}', '{"a": 1} x', '"x"', '{"a": [1 2]}'])
  test(`what is no JSON is refused as such: ${broken}`, () => {
    const machine = machineWithDocker({}, broken);
    assert.match(
      machine.step("check").stderr,
      /daemon\.json is no JSON at character \d+; Docker would not start with it/,
    );
  });

test("an empty file is none", () => {
  const machine = machineWithDocker({}, "\n");
  assert.equal(configure(machine).status, 0);
  assert.deepEqual(config(machine), ours);
});

test("what an earlier version of the platform wrote whole is ours to change, and restarts nothing when it is equal", () => {
  const machine = machineWithDocker(
    { swarm: "active", ours: true },
    { ...ours, "insecure-registries": ["10.200.1.4:5000"] },
  );
  assert.equal(configure(machine, "10.200.1.4:5000").stderr, "");
  assert.deepEqual(changes(machine), []);
  assert.equal(configure(machine, "10.200.1.5:5000").status, 0);
  assert.deepEqual(config(machine), { ...ours, "insecure-registries": ["10.200.1.5:5000"] });
  assert.deepEqual(
    changes(machine),
    ["systemctl reload docker.service"],
    "another registry needs no restart",
  );
});

test("the owner's change by hand is not ours to put into effect", () => {
  const machine = machineWithDocker({ swarm: "active", ours: true, containers: ["theirs"] });
  machine.write(daemonJson, JSON.stringify(ours));
  utimesSync(machine.path(daemonJson), 1, 1);
  assert.equal(configure(machine).stderr, "");
  machine.calls();
  machine.write(daemonJson, JSON.stringify({ ...ours, debug: true }));
  assert.equal(configure(machine).stderr, "");
  assert.deepEqual(changes(machine), []);
});

test("a run that was cut off between writing and restarting is finished by the next one", () => {
  const machine = machineWithDocker();
  machine.write(daemonJson, JSON.stringify(ours));
  assert.equal(configure(machine).status, 0);
  assert.deepEqual(changes(machine), ["systemctl restart docker.service"]);
});

test("Docker restarts beside containers of others, which it is told to leave running", () => {
  const machine = machineWithDocker({ containers: ["theirs"] }, { debug: true });
  const { stdout, stderr } = configure(machine);
  assert.equal(stderr, "");
  assert.match(stdout, /docker: restarting beside theirs, which stay up/);
  assert.match(machine.read("restarted-with"), /"live-restore": true/);
  assert.deepEqual(config(machine), { ...ours, debug: true });
  assert.deepEqual(changes(machine), [
    "systemctl reload docker.service",
    "systemctl restart docker.service",
    "systemctl reload docker.service",
  ]);
});

test("cut off while Docker leaves others running, the next run takes live-restore back as its own", () => {
  const machine = machineWithDocker({ containers: ["theirs"] });
  const wanted = { ...ours, "insecure-registries": [] };
  machine.write("var/lib/kaleem/docker/wanted.json", JSON.stringify({ ...wanted, "live-restore": true }));
  machine.write(daemonJson, JSON.stringify({ ...ours, "live-restore": true }));
  assert.equal(configure(machine).stderr, "");
  assert.deepEqual(config(machine), ours);
});

test("in a swarm Docker cannot restart beside containers of others: refused with their names, nothing touched", () => {
  const text = JSON.stringify({ debug: true });
  const machine = machineWithDocker(
    { swarm: "active", ours: true, containers: ["theirs", "mongo.1.x mongo"] },
    text,
  );
  const { status, stderr } = machine.step("check");
  assert.equal(status, 1);
  assert.match(
    stderr,
    /^baseline: Docker has to be restarted for default-address-pools live-restore log-driver log-opts, which would stop containers that are not the platform's \(theirs\); stop them, or set/,
  );
  assert.equal(configure(machine).status, 1);
  assert.equal(machine.read(daemonJson), text);
  assert.deepEqual(changes(machine), []);
});

test("the platform's own containers do not stand in the way", () => {
  const machine = machineWithDocker(
    { swarm: "active", ours: true, containers: ["mongo.1.x mongo"] },
    { debug: true },
  );
  assert.equal(configure(machine).stderr, "");
  assert.deepEqual(changes(machine), ["systemctl restart docker.service"]);
});

test("a configuration that Docker does not start with is taken back", () => {
  const text = JSON.stringify({ debug: true });
  const machine = machineWithDocker({ restartFails: true }, text);
  const { status, stderr } = configure(machine);
  assert.equal(status, 1);
  assert.match(
    stderr,
    /Docker does not start with the merged \/etc\/docker\/daemon\.json; the former one is back/,
  );
  assert.equal(machine.read(daemonJson), text);
});

test("what stands in dockerd's command line cannot stand in the file too", () => {
  const machine = machineWithDocker({ flags: "--log-driver journald --live-restore" });
  const { stderr } = machine.step("check");
  assert.match(stderr, /docker\.service starts dockerd with (--log-driver), which the platform has to set/);
  assert.match(stderr, /dockerd with (--live-restore)/);
});

test("another swarm and an old Docker are refused", () => {
  const worker = machineWithDocker({ swarm: "active", manager: false });
  assert.match(worker.step("check").stderr, /this machine is a worker of another swarm/);
  const others = machineWithDocker({ swarm: "active", nodes: 3 });
  assert.match(others.step("check").stderr, /this machine's swarm has other nodes/);
  const old = machineWithDocker({ version: "19.03.15" });
  assert.match(old.step("check").stderr, /needs Docker 20\.10 or later, this is 19\.03\.15/);
});

test("a user who is not root joins the group docker", () => {
  const machine = machineWithDocker();
  machine.program("usermod");
  const { stderr } = machine.functions("configure_docker", [...machine.options, "--login-user", "deploy"]);
  assert.equal(stderr, "");
  assert.ok(machine.calls().includes("usermod --append --groups docker deploy"));
});
