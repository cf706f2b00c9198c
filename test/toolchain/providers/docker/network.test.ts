import assert from "node:assert/strict";
import { test } from "node:test";
import { isSettled, networkFromApi } from "../../../../toolchain/providers/docker/network.ts";

/** Docker 26.1's answers about one network, a few milliseconds apart: before Swarm's manager has looked at it, and after. */
const fresh = {
  Name: "kaleem",
  Id: "6grs97z3q63pxv87m3ua3fvph",
  Scope: "swarm",
  Driver: "",
  EnableIPv6: false,
  IPAM: { Driver: "", Options: null, Config: null },
  Internal: false,
  Attachable: true,
  Ingress: false,
  Options: null,
  Labels: null,
};
const allocated = {
  ...fresh,
  Driver: "overlay",
  IPAM: { Driver: "default", Options: null, Config: [{ Subnet: "10.0.1.0/24", Gateway: "10.0.1.1" }] },
  Options: { "com.docker.network.driver.overlay.vxlanid_list": "4097" },
};

test("a network that Swarm has not looked at yet is not settled: what it says would be a change by the next run", () => {
  assert.equal(isSettled(fresh), false);
  assert.equal(isSettled({ ...allocated, IPAM: fresh.IPAM }), false, "an overlay without its subnet");
  assert.equal(isSettled({}), false);
  assert.equal(isSettled(allocated), true);
});

test("another driver's network needs no subnet", () => {
  assert.equal(isSettled({ ...fresh, Driver: "host" }), true);
});

test("what it says is read as the state holds it", () => {
  const { driver, ipamDriver, ipamConfigs, options } = networkFromApi(allocated);
  assert.deepEqual([driver, ipamDriver], ["overlay", "default"]);
  assert.deepEqual(ipamConfigs, [
    { auxAddress: {}, gateway: "10.0.1.1", ipRange: "", subnet: "10.0.1.0/24" },
  ]);
  assert.deepEqual(options, { "com.docker.network.driver.overlay.vxlanid_list": "4097" });
});
