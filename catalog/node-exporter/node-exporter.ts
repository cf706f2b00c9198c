import { layout } from "../../contract/layout.ts";
import { defineStateless } from "../definition.ts";
import { exporter } from "../exporter.ts";

const collectors = [
  "cpu",
  "diskstats",
  "filesystem",
  "loadavg",
  "meminfo",
  "pressure",
  "stat",
  "textfile",
  "time",
  "uname",
  "vmstat",
];

/**
 * The machine's own numbers, and those that the agent leaves in the textfile directory. It sees the kernel's counters and
 * one empty directory on each file system, which is enough to tell how full they are: none of their files.
 */
export const nodeExporter = defineStateless({
  ...exporter("http://127.0.0.1:9100/"),
  name: "node-exporter",
  image: "node-exporter",
  user: "65534:65534",
  entrypoint: ["/bin/node_exporter"],
  args: [
    "--path.procfs=/host/proc",
    "--path.sysfs=/host/sys",
    "--path.rootfs=/host/root",
    "--collector.disable-defaults",
    ...collectors.map((collector) => `--collector.${collector}`),
    "--collector.textfile.directory=/host/textfile",
    `--collector.filesystem.mount-points-include=^/(${layout.dataRoot.slice(1)})?$`,
    // The default leaves out overlay, which the system disk of an emulated machine is.
    "--collector.filesystem.fs-types-exclude=^(proc|sysfs|tmpfs)$",
    "--web.listen-address=:9100",
  ],
  ports: { http: 9100 },
  metrics: { port: "http", path: "/metrics", honorLabels: true },
  reads: {
    "/host/proc": "/proc",
    "/host/sys": "/sys",
    "/host/root": layout.filesystems,
    [`/host/root${layout.dataRoot}`]: layout.dataProbe,
    "/host/textfile": layout.metrics,
  },
});
