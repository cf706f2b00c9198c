import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import test from "node:test";
import type { ZodType } from "zod";
import * as field from "../../../components/config/fields.ts";
import { nearest } from "../../../catalog/nearest.ts";
import { hostKey } from "../support/program.ts";

const memory = field.byteSize("16MiB", "1024GiB", ": so much it needs");
const pause = field.duration("50ms", "10s", ": customers wait");
const rsa = (bits: number) => {
  const { publicKey } = generateKeyPairSync("rsa", { modulusLength: bits });
  const { n, e } = publicKey.export({ format: "jwk" });
  return sshKey(
    "ssh-rsa",
    Buffer.from(e ?? "", "base64url"),
    Buffer.concat([Buffer.alloc(1), Buffer.from(n ?? "", "base64url")]),
  );
};
/** A key in SSH's wire form behind a type's name, which need not be its own. */
function sshKey(type: string, ...fields: readonly Buffer[]): string {
  const wire = [Buffer.from(type), ...fields].flatMap((each) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(each.length);
    return [length, each];
  });
  return `${type} ${Buffer.concat(wire).toString("base64")}`;
}
const blob = hostKey.split(" ")[1] ?? "";
const keyscan = "get it with: ssh-keyscan -t ed25519 <address>";

/** Of each field: values that it takes, and values that it refuses, with what it says to do about them. */
const cases: Readonly<
  Record<string, { schema: ZodType; good: readonly string[]; bad: readonly (readonly [string, string?])[] }>
> = {
  byteSize: {
    schema: memory,
    good: ["16384KiB", "512MiB", "2GiB", "1024GiB"],
    bad: [
      ["0MiB", "16MiB is the least: so much it needs"],
      ["1KiB", "16MiB is the least: so much it needs"],
      ["16383KiB", "16MiB is the least: so much it needs"],
      ["1025GiB", "1024GiB is the most"],
      [`1${"0".repeat(29)}GiB`, "1024GiB is the most"],
      ["512MB", "write 512MiB, with a binary unit and no space"],
      ["512m", "write 512MiB, with a binary unit and no space"],
      ["1 GiB", "write 1GiB, with a binary unit and no space"],
      ["1.5GiB", "write a whole number with its unit"],
      ["0512MiB", "write a whole number with its unit"],
      ["512"],
      ["-1MiB"],
      [""],
    ],
  },
  duration: {
    schema: pause,
    good: ["50ms", "500ms", "2s", "10s", "10000ms"],
    bad: [
      ["49ms", "50ms is the least"],
      ["11s", "10s is the most: customers wait"],
      ["1h", "10s is the most: customers wait"],
      [`1${"0".repeat(29)}s`, "10s is the most: customers wait"],
      ["5", "add the unit, such as 5s"],
      ["1d", "write 24h"],
      ["0s"],
      ["5 m"],
      ["1.5s"],
      ["1m30s"],
      ["PT5S"],
    ],
  },
  hours: {
    schema: field.hours,
    good: ["1h", "48h", "60m", "7200s"],
    bad: [
      ["90m", "write 2h"],
      ["30s", "1h is the least"],
      ["59m", "1h is the least"],
      ["2d", "write 48h"],
      ["87601h", "87600h is the most, which is ten years"],
      ["3601s", "write 2h"],
    ],
  },
  interval: {
    schema: field.interval,
    good: ["5s", "30s", "5m", "1h", "12h"],
    bad: [["7m"], ["45s"], ["24h"], ["90s"], ["0m"], ["1s", "5s is the least"], ["500ms", "5s is the least"]],
  },
  hostname: {
    schema: field.hostname,
    good: [
      "127.0.0.1",
      "203.0.113.9",
      "prod.example.com",
      "localhost",
      "a1",
      "1a.example",
      "xn--mnchen-3ya.de",
      `${"a".repeat(63)}.b`,
    ],
    bad: [
      [
        "999.1.1.1",
        "an IPv4 address has four numbers from 0 to 255, without leading zeros, such as 192.0.2.7",
      ],
      ["1.2.3", "an IPv4 address has four numbers from 0 to 255, without leading zeros, such as 192.0.2.7"],
      [
        "010.0.0.1",
        "an IPv4 address has four numbers from 0 to 255, without leading zeros, such as 192.0.2.7",
      ],
      ["0x7f.1", "an IPv4 address has four numbers from 0 to 255, without leading zeros, such as 192.0.2.7"],
      [
        "2130706433",
        "an IPv4 address has four numbers from 0 to 255, without leading zeros, such as 192.0.2.7",
      ],
      ["0.0.0.0", "0.x.x.x stands for no machine; write the address of one"],
      [
        "255.255.255.255",
        "addresses from 224.0.0.0 on stand for no single machine; write the address of one",
      ],
      ["::1", "IPv6 addresses cannot be written here; give a name that resolves to it"],
      ["[2001:db8::7]", "IPv6 addresses cannot be written here; give a name that resolves to it"],
      ["fe80::1%eth0", "IPv6 addresses cannot be written here; give a name that resolves to it"],
      ["Prod.Example.com", "write it in lower case: prod.example.com"],
      ["prod.example.com.", "write it without the dot at its end: prod.example.com"],
      ["münchen.de", "write it as DNS has it: xn--mnchen-3ya.de"],
      ["prod.example.com:22", "write prod.example.com alone; the port 22 does not belong here"],
      ["http://x", "write the name alone, without what stands before and after it"],
      ["x/y", "write the name alone, without a path"],
      ["a b", "write it without spaces"],
      ["a..b", "write one dot between two parts, and none before the first"],
      [".a", "write one dot between two parts, and none before the first"],
      ["-a", 'the part "-a" may have letters, digits and dashes, no dash first or last'],
      ["a-.b", 'the part "a-" may have letters, digits and dashes, no dash first or last'],
      ["a_b", 'the part "a_b" may have letters, digits and dashes, no dash first or last'],
      ["root@x", 'the part "root@x" may have letters, digits and dashes, no dash first or last'],
      ["a".repeat(64), "a part between dots has 63 characters at most"],
      [Array(64).fill("abcd").join("."), "a name has 253 characters at most"],
      ["", "write a name"],
    ],
  },
  userName: {
    schema: field.userName,
    good: ["root", "deploy-1", "_svc"],
    bad: [["Root", "users have no upper case; write root"], ["1a"], ["a b"], ["a".repeat(33)], [""]],
  },
  hostKey: {
    schema: field.hostKey,
    good: [hostKey, `${hostKey} root@vps`, rsa(2048), rsa(3072)],
    bad: [
      [hostKey.slice(0, -4), `the key is cut off, or spoiled; ${keyscan}`],
      [hostKey.slice(0, 60), `the key is cut off, or spoiled; ${keyscan}`],
      [hostKey.slice(0, -1), `what stands after ssh-ed25519 is not base64, or cut off; ${keyscan}`],
      ["ssh-ed25519 AAAA…", `what stands after ssh-ed25519 is not base64, or cut off; ${keyscan}`],
      ["ssh-ed25519", `what stands after ssh-ed25519 is not base64, or cut off; ${keyscan}`],
      [`ssh-rsa ${blob}`, `it says ssh-rsa, but the key is of type ssh-ed25519; ${keyscan}`],
      [sshKey("ssh-ed25519", Buffer.alloc(33)), `the key is cut off, or spoiled; ${keyscan}`],
      [
        sshKey("ssh-ed25519", Buffer.alloc(32), Buffer.alloc(1)),
        `the key is cut off, or spoiled; ${keyscan}`,
      ],
      [rsa(1024), `an RSA key of 1024 bits can be forged; 2048 is the least; ${keyscan}`],
      [blob, "write the key's type before it: ssh-ed25519 …"],
      [`[127.0.0.1]:22 ${hostKey}`, 'write it from ssh-ed25519 on, without "[127.0.0.1]:22" before it'],
      [
        sshKey("ecdsa-sha2-nistp256", Buffer.from("nistp256"), Buffer.alloc(65, 4)),
        `the machine's sshd stops to offer ECDSA keys once it is set up, so that it would be refused from then on; ${keyscan}`,
      ],
      [
        "sk-ssh-ed25519@openssh.com AAAA",
        `keys of security keys (sk-…) are for people, and no host has one; ${keyscan}`,
      ],
      ["ssh-ed25519-cert-v01@openssh.com AAAA", `certificates of hosts cannot be pinned; ${keyscan}`],
      ["ssh-dss AAAA", `OpenSSH has given up DSA keys; ${keyscan}`],
      ["ssh-ed448 AAAA", `"ssh-ed448" is no type of key that can be pinned; ${keyscan}`],
      ["SHA256:abc", `that is a key's fingerprint; write the key itself; ${keyscan}`],
      [
        "-----BEGIN OPENSSH PRIVATE KEY-----",
        `that is a private key, which does not belong here; ${keyscan}`,
      ],
      [`${hostKey}\n`, "write it without spaces or line breaks around it"],
      [`${hostKey}\n${hostKey}`, "write one key, on one line"],
    ],
  },
  path: {
    schema: field.path,
    good: ["a/b", "/home/me/.ssh/id_ed25519", "/with a space/key", "../x"],
    bad: [
      ["~/.ssh/id", "write the whole path; nothing here knows ~"],
      ["$HOME/id", "write the whole path; variables are not read here"],
      ["/a/", "write a file's path, not a directory's"],
      [" /a", "write it without spaces around it"],
      ["/a\nb", "a path has no line breaks and no control characters"],
      ['/a"b', "ssh cannot be told a path with a double quote in it"],
      ["", "write a path"],
    ],
  },
  device: {
    schema: field.device,
    good: ["/dev/vdb", "/dev/disk/by-id/x-1", "/dev/disk/by-id/nvme-eui.01:x_1", "/dev/mapper/vg-data"],
    bad: [
      ["vdb", "write its whole path, such as /dev/vdb"],
      ["/dev/../etc/passwd", "write it without . and .. between slashes"],
      ["/dev/disk/../vdb", "write it without . and .. between slashes"],
      ["/dev/./vdb", "write it without . and .. between slashes"],
      ["/mnt", "devices lie below /dev"],
      ["/dev", "devices lie below /dev"],
      ["/dev/", "write one slash between two parts, and none at the end"],
      ["/dev//vdb", "write one slash between two parts, and none at the end"],
      ["/dev/vdb/", "write one slash between two parts, and none at the end"],
      ["/dev/null", "that is no volume; lsblk -o PATH,SIZE lists them"],
      ["/dev/shm/x", "that is no volume; lsblk -o PATH,SIZE lists them"],
      ["/dev/a b"],
      ["/dev/$x"],
    ],
  },
  endpoint: {
    schema: field.endpoint,
    good: [
      "http://10.0.0.3:9000",
      "https://a.r2.cloudflarestorage.com",
      "https://s3.eu-central-1.amazonaws.com:443",
    ],
    bad: [
      ["10.0.0.3:9000", "start with https://"],
      ["ftp://x", "start with https://"],
      ["HTTPS://x", "write https:// in lower case"],
      ["https://a/b", 'write it without "/b" at its end'],
      ["https://a/", 'write it without "/" at its end'],
      ["https://a?x", 'write it without "?x" at its end'],
      ["https://a:99999", "a port is a number from 1 to 65535"],
      ["https://a:0", "a port is a number from 1 to 65535"],
      ["https://a:", "a port is a number from 1 to 65535"],
      ["https://a:0443", "write the port without leading zeros"],
      ["https://A.com", "write it in lower case: a.com"],
      ["https://a.com.:443", "write it without the dot at its end: a.com"],
      [
        "https://999.1.1.1",
        "an IPv4 address has four numbers from 0 to 255, without leading zeros, such as 192.0.2.7",
      ],
      ["https://[::1]:9000", "IPv6 addresses cannot be written here; give a name that resolves to it"],
      ["https://key:secret@a", "write it without a user or password before the @"],
      ["https://a\\b", "write / in place of \\"],
      ["https://", "write a name"],
      ["https://a b", "write it without spaces, and in ASCII"],
    ],
  },
  bucket: {
    schema: field.bucket,
    good: ["kaleem-backup", "a.b-c", "123", "kaleem.backup.1", "a".repeat(63)],
    bad: [
      ["ab", "a bucket's name has 3 to 63 characters"],
      ["a".repeat(64), "a bucket's name has 3 to 63 characters"],
      ["Kaleem", "buckets have no upper case; write kaleem if that is its name"],
      [
        "kaleem..backup",
        "each part between dots starts and ends with a letter or a digit, and no two dots follow each other",
      ],
      [
        "kaleem.-backup",
        "each part between dots starts and ends with a letter or a digit, and no two dots follow each other",
      ],
      [
        "kaleem-.backup",
        "each part between dots starts and ends with a letter or a digit, and no two dots follow each other",
      ],
      [
        "-kaleem",
        "each part between dots starts and ends with a letter or a digit, and no two dots follow each other",
      ],
      [
        "kaleem.",
        "each part between dots starts and ends with a letter or a digit, and no two dots follow each other",
      ],
      ["192.168.1.1", "a bucket's name must not look like an IP address"],
      ["999.168.1.1", "a bucket's name must not look like an IP address"],
      ["xn--abc", "S3 keeps names that start with xn-- for itself"],
      ["sthree-x", "S3 keeps names that start with sthree- for itself"],
      ["amzn-s3-demo-x", "S3 keeps names that start with amzn-s3-demo- for itself"],
      ["x-s3alias", "S3 keeps names that end with -s3alias for itself"],
      ["x--ol-s3", "S3 keeps names that end with --ol-s3 for itself"],
      ["x--x-s3", "S3 keeps names that end with --x-s3 for itself"],
      ["x.mrap", "S3 keeps names that end with .mrap for itself"],
      ["a/b", "write the bucket's name alone; what comes after it is the prefix"],
      ["s3://abc", "write the bucket's name alone, without s3://"],
      ["a_b", "a bucket's name has letters, digits, dots and dashes"],
    ],
  },
  keyPrefix: {
    schema: field.keyPrefix,
    good: ["", "a", "a/b", "a.b/c_d"],
    bad: [
      ["/a", "write a"],
      ["a/", "write a"],
      ["/", 'write ""'],
      ["a/../b", "write it without . and .. between slashes"],
      ["./a", "write it without . and .. between slashes"],
      ["a".repeat(513), "a prefix has 512 characters at most, since keys have 1024"],
      ["a//b"],
      ["a b"],
    ],
  },
  region: {
    schema: field.region,
    good: ["auto", "us-east-1", "eu2"],
    bad: [
      ["US-East-1", "write it in lower case: us-east-1"],
      ["-a"],
      ["a-"],
      ["a--b"],
      ["a"],
      ["a".repeat(33)],
      ["a b"],
    ],
  },
  registry: {
    schema: field.registry,
    good: ["10.0.0.4:5000", "smtp.example.com:587"],
    bad: [
      ["10.0.0.4", "add a colon and the port"],
      ["http://10.0.0.4:5000", "write the address alone, without what stands before it"],
      ["10.0.0.4:65536", "a port is a number from 1 to 65535"],
      ["10.0.0.4:0", "a port is a number from 1 to 65535"],
      ["10.0.0.4:0025", "write the port without leading zeros"],
      [
        "10.0.0.400:5000",
        "an IPv4 address has four numbers from 0 to 255, without leading zeros, such as 192.0.2.7",
      ],
      ["[::1]:5000", "IPv6 addresses cannot be written here; give a name that resolves to it"],
      ["::1", "IPv6 addresses cannot be written here; give a name that resolves to it"],
      ["Smtp.example.com:25", "write it in lower case: smtp.example.com"],
      ["a:5000/x", "a port is a number from 1 to 65535"],
    ],
  },
  page: {
    schema: field.page,
    good: [
      "https://docs.example.com/runbooks",
      "http://10.0.0.4:8080/x",
      "https://git.example.com/k/blob/main/docs/runbooks",
    ],
    bad: [
      ["https://docs.example.com/"],
      ["https://docs.example.com/{{ .X }}", "write it without spaces, and in ASCII"],
      ["https://docs.example.com/{{.X}}"],
      ["https://docs.example.com/a#b", "write it without the part from # on: it is never sent"],
      ["docs/runbooks", "start with https://"],
    ],
  },
  mailAddress: {
    schema: field.mailAddress,
    good: ["ops@example.com", "a.b+c@x.example"],
    bad: [
      ["ops", "a mail address has one @, with a name on each side"],
      ["a@b@c", "a mail address has one @, with a name on each side"],
      [".a@x", "before the @ no dot comes first, last or twice"],
      ["a..b@x", "before the @ no dot comes first, last or twice"],
      ["a@Example.com", "write it in lower case: example.com"],
      ["a@example.com.", "write it without the dot at its end: example.com"],
      ["a@10.0.0.1", "write a name after the @, not an address"],
      ["a@-x", 'the part "-x" may have letters, digits and dashes, no dash first or last'],
      [`${"a".repeat(65)}@x`, "before the @ a mail address has 64 characters at most"],
      ["@x"],
    ],
  },
  reason: {
    schema: field.reason,
    good: ["its image is not published yet"],
    bad: [["a\nb c"], ["a\u001b[31mred"], ["ab"], ["a\rb c"]],
  },
};

for (const [name, { schema, good, bad }] of Object.entries(cases)) {
  test(`${name} takes what it should and nothing else, and says what to do`, () => {
    for (const value of good) assert.deepEqual(schema.safeParse(value).error?.issues ?? [], [], value);
    for (const [value, advice] of bad) {
      const [issue, ...more] = schema.safeParse(value).error?.issues ?? [];
      assert.ok(issue !== undefined && more.length === 0, `${value}: accepted, or told twice`);
      const params = (issue as { params?: { advice?: string } }).params;
      assert.equal(params?.advice, advice, value);
    }
  });
}

test("what an editor can check of a value is no narrower than what is accepted", () => {
  for (const [name, { schema, good }] of Object.entries(cases)) {
    const { pattern } = schema.meta() as { pattern: string };
    for (const value of good) assert.match(value, new RegExp(pattern, "u"), name);
  }
});

test("a port is a whole number from 1 to 65535", () => {
  for (const value of [1, 22, 65_535]) assert.ok(field.port.safeParse(value).success, String(value));
  for (const value of [0, -1, 65_536, 22.5, "22", NaN])
    assert.ok(!field.port.safeParse(value).success, String(value));
});

test("a half of an S3 key pair is what services issue, and nothing that a file in INI's form would change", () => {
  const { accessKey } = field.secretForms;
  for (const issued of [
    "AKIAIOSFODNN7EXAMPLE",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
    "K005a+b/c=",
    "GK31c2f218a2e44f485b94239e",
    "11111111-2222-3333-4444-555555555555",
  ])
    assert.ok(accessKey.safeParse(issued).success, issued);
  for (const changed of [
    "a#bcd",
    "a;bcd",
    '"abcd"',
    "'abcd'",
    "`abcd`",
    "a bcd",
    "abcd ",
    "a\nbcd",
    "a\\bcd",
    "%(a)s",
    "$abcd",
    "[abcd]",
    "ab",
    "a\tbcd",
    "é234",
  ])
    assert.ok(!accessKey.safeParse(changed).success, changed);
});

test("a secret address is judged as an address", () => {
  const { url } = field.secretForms;
  for (const good of ["https://hooks.slack.com/services/T0/B0/x", "http://127.0.0.1:9093/a?b=c"])
    assert.ok(url.safeParse(good).success, good);
  for (const bad of [
    "https://hooks.slack.com:99999/x",
    "https://999.1.1.1/x",
    "https://a b",
    "hooks.slack.com/x",
    "https:///x",
    "https://u:p@h/x",
    "https://h/x#y",
  ])
    assert.ok(!url.safeParse(bad).success, bad);
});

test("a password is safe in a connection string and in redis.conf", () => {
  const { password } = field.secretForms;
  assert.ok(password.safeParse("aA0._~!@%^*+=:-xyz").success);
  for (const wrong of ["short", 'with"quote-is-too-risky', "with space 1234567", "back\\slash12345678"]) {
    assert.ok(!password.safeParse(wrong).success, wrong);
  }
});

test("the nearest word is found, a far one is not", () => {
  assert.equal(nearest("memroy", ["memory", "cpus"]), "memory");
  assert.equal(nearest("cloudflare", ["memory", "cpus"]), undefined);
});
